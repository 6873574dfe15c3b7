/** Something was tried and has definitely not worked: whoever wants it may try again later, and nothing is in doubt. */
export class EffectFailed extends Error {}
