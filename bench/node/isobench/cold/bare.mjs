import { end } from "./peak.mjs";

end();
