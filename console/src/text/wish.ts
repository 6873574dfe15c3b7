/** Words of dialogs that change something. What the change does is said by the API. */
export const wish = {
  willHappen: ["What will happen", "将会发生什么"],
  warning: ["Take note", "请注意"],
  unseen: [
    "You may not list {{what}}, so what happens to them is not foreseen.",
    "您无权列出 {{what}}，因此无法预知其影响。",
  ],
  outdated: [
    "What would happen has changed since it was shown. Nothing was done; look at it once more.",
    "将要发生的与先前显示的不同。尚未执行任何操作，请重新查看。",
  ],
  typeName: ["To confirm, type {{name}}", "请输入 {{name}} 以确认"],
  nameMissing: [
    "Type {{name}} exactly: this cannot be brought back.",
    "请准确输入 {{name}}：此操作无法撤销。",
  ],
  copyAs: ["Copy as", "复制为"],
  cli: ["Command line", "命令行"],
  api: ["API call", "API 调用"],
  nothingToCopy: ["There is nothing to do yet.", "尚无可执行的操作。"],
  noCli: ["The command line has no words for this: take kubectl.", "命令行没有对应命令，请使用 kubectl。"],
  submit: ["Submit", "提交"],
  ok: ["OK", "确定"],
  confirm: ["Confirm", "确认"],
} as const;
