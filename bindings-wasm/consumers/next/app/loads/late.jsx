export { Answer as default } from "./answer.jsx";
