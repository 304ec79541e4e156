/** The types that a typed getter expects, as the binding's Rust side numbers them. */
export const ValueType = { Any: 0, Bool: 1, Number: 2, String: 3, Json: 4 } as const;

export type ValueType = (typeof ValueType)[keyof typeof ValueType];
