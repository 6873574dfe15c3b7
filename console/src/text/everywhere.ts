/** Words that all pages use. */
export const everywhere = {
  loading: ["Loading", "正在加载"],
  dismiss: ["Dismiss", "关闭"],
  close: ["Close", "关闭"],
  cancel: ["Cancel", "取消"],
  noAnswer: ["Poolkeeper does not answer", "Poolkeeper 没有应答"],
  isUnchanged: ["Nothing was changed.", "未做任何更改。"],
  isUnsure: [
    "Whether something was changed is not known. Look at it again before you repeat it.",
    "无法确定是否已有更改。请先查看，再重试。",
  ],
  again: ["Try again", "重试"],
  try: ["Try:", "尝试："],
  copy: ["Copy {{what}}", "复制 {{what}}"],
  copied: ["Copied", "已复制"],
  notCopied: ["Could not be copied", "复制失败"],
  none: ["None", "无"],
  yes: ["Yes", "是"],
  no: ["No", "否"],
  on: ["On", "开启"],
  off: ["Off", "关闭"],
  refresh: ["Refresh", "刷新"],
} as const;
