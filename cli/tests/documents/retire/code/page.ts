export const page = flags => (flags.boolVariation('dark-mode', false) ? "dark" : `pricing`);
export const quick = flags => flags.boolVariation("quick-pay", false) && flags.boolVariation("reviews", false);
