/** What every consumer is to answer: its program asks one flag for two contexts. */
export const ANSWERS = ["hei", "hello"];
