/** Words of tables and their filters. */
export const table = {
  loading: ["Loading", "正在加载"],
  noAnswer: ["There is no answer yet.", "尚无应答。"],
  selectAll: ["Select all", "全选"],
  next: ["Next page", "下一页"],
  previous: ["Previous page", "上一页"],
  page: ["Page {{number}}", "第 {{number}} 页"],
  preferences: ["Columns", "列"],
  columns: ["Columns and their order", "列及其顺序"],
  apply: ["Apply", "应用"],
  cancel: ["Cancel", "取消"],
  found_one: ["{{count}} match", "{{count}} 个匹配项"],
  found_other: ["{{count}} matches", "{{count}} 个匹配项"],
  nothingMatches: ["Nothing matches the filter.", "没有匹配筛选条件的项。"],
  clear: ["Clear the filter", "清除筛选"],
} as const;
