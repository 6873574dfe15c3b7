/** Words of the repair centre. */
export const repairs = {
  title: ["Repair Center", "修复中心"],
  about: [
    "A node that falls ill is restarted, step by step, one at a time, and never in a storm. What a pool wants approved waits here.",
    "异常节点会逐步修复，每次一个，大面积异常时不会进行。需要批准的修复在此等待。",
  ],
  approvals: {
    title: ["Waiting for Approval", "等待批准"],
    none: ["Nothing waits for approval.", "没有等待批准的修复。"],
  },
  sick: {
    title: ["Nodes in Trouble", "异常节点"],
    none: ["All nodes are well.", "所有节点均正常。"],
    nodes_one: ["{{count}} node", "{{count}} 个节点"],
    nodes_other: ["{{count}} nodes", "{{count}} 个节点"],
  },
  history: ["Repairs", "修复记录"],
  none: ["No repairs", "没有修复记录"],
  noneHow: ["When a node falls ill, its repair appears here.", "节点异常时，修复会显示在此处。"],
} as const;
