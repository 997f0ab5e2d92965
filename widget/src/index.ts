import { IomAssistant } from "./element.js";

if (!customElements.get("iom-assistant")) customElements.define("iom-assistant", IomAssistant);
