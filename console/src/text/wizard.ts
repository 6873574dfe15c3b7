/** Words of the wizard for a new pool and of the page of a pool's settings. */
export const wizard = {
  steps: {
    basics: ["Basics", "基本配置"],
    instances: ["Instances", "实例"],
    nodes: ["Nodes", "节点"],
    managed: ["Managed", "托管"],
    review: ["Review", "确认"],
  },
  about: {
    basics: [
      "What is filled in is kept in this browser until it is sent or cancelled.",
      "已填写的内容会保存在此浏览器中，直到提交或取消。",
    ],
    review: ["Nothing has been created yet.", "尚未创建任何内容。"],
  },
  confirmOrder: ["Confirm Order", "确认订单"],
  submit: ["Submit", "提交"],
  edit: ["Edit", "编辑"],
  editWhat: ["Edit: {{what}}", "编辑：{{what}}"],
  incomplete: ["Some fields are not right yet", "部分字段有误"],
  wrongIn: ["{{step}}: {{message}}", "{{step}}：{{message}}"],
  outdated: [
    "What would happen has changed since it was shown. Nothing was done; look at it once more.",
    "将要发生的与先前显示的不同。尚未执行任何操作，请重新查看。",
  ],
  created: ["Node pool {{pool}} is being created", "正在创建节点池 {{pool}}"],
  cloned: ["Node pool {{pool}} is being created as a clone", "正在以克隆方式创建节点池 {{pool}}"],
  see: ["See the node pool", "查看节点池"],
  settings: {
    title: ["Modify Node Pool Settings", "修改节点池配置"],
    about: [
      "The template changes at once. Existing nodes change only where it says so below.",
      "模板立即更改。现有节点仅在下方说明的情况下更改。",
    ],
    sync: [
      "Bring labels, taints and tags to the existing nodes too",
      "同时将标签、污点和实例标签应用到现有节点",
    ],
    syncHow: [
      "Without it new nodes get them, and existing ones when they are upgraded.",
      "否则仅应用于新节点，现有节点在升级时更新。",
    ],
    save: ["Save", "保存"],
    nothing: ["Nothing is changed yet.", "尚未更改任何内容。"],
    done: ["The settings of {{pool}} are changed", "已修改 {{pool}} 的配置"],
    git: [
      "This pool is kept in Git by {{manager}}, which will undo what is changed here. Copy the YAML into the repository instead.",
      "此节点池由 {{manager}} 通过 Git 管理，此处的更改会被撤销。请改为将 YAML 复制到代码仓库。",
    ],
  },
} as const;
