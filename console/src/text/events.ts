/** Words of the list of events. What happened is worded by the API. */
export const events = {
  title: ["Events", "事件"],
  about: [
    "What Poolkeeper told of, as Kubernetes keeps it: usually for an hour. Operations stay longer.",
    "Poolkeeper 报告的事件，由 Kubernetes 保存，通常为一小时。操作记录保留更久。",
  ],
  none: ["No events", "没有事件"],
  noneHow: ["Kubernetes forgets events after a while.", "Kubernetes 会在一段时间后清除事件。"],
  columns: {
    age: ["Age", "时间"],
    time: ["Time", "时间点"],
    word: ["Event", "事件"],
    object: ["Object", "对象"],
    note: ["Message", "说明"],
    count: ["Count", "次数"],
  },
} as const;
