/** Words of the audit page. */
export const audit = {
  title: ["Audit", "审计"],
  about: [
    "Operations as they are kept, templates as they were recorded, and every change asked for through this console or API since it started.",
    "保留的操作、记录的模板，以及启动以来通过此控制台或 API 请求的所有更改。",
  ],
  none: ["Nothing was done yet", "尚无记录"],
  filter: ["Filter by node pool", "按节点池筛选"],
  columns: {
    time: ["Time", "时间"],
    who: ["Who", "操作者"],
    verb: ["What", "操作"],
    object: ["Object", "对象"],
    pool: ["Node Pool", "节点池"],
    detail: ["Details", "详情"],
    result: ["Result", "结果"],
    request: ["Request", "请求编号"],
  },
} as const;
