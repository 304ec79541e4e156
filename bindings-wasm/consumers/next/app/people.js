/** Who is asked about. */
export const PEOPLE = [
  { kind: "user", key: "anna", country: "NO" },
  { kind: "user", key: "bob" },
];
