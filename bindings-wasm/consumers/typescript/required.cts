import isoflag = require("isoflag");

const keys: string[] = isoflag.Flags.fromObject({ flags: {} }).keys();

export = { keys };
