import type { components } from "../contract/api";

type Schemas = components["schemas"];

/** What the services say to a desk. */
export type DeskState = Schemas["WatchDeskResponse"];
export type OperatorState = Schemas["OperatorState"];
export type DeskRow = Schemas["DeskRow"];
export type Listener = Schemas["DeskListener"];
export type Consent = Schemas["DeskConsent"];
export type TextWhisper = Schemas["DeskText"];
export type Alert = Schemas["FloorAlert"];
export type Feedback = Schemas["DeskFeedback"];
export type Client = Schemas["ClientProfile"];
export type Reason = Schemas["Reason"];
export type FormField = Schemas["FormField"];
export type Enquiry = Schemas["GetEnquiryResponse"];
export type Earlier = Schemas["EarlierContact"];
export type Script = Schemas["Script"];
export type Article = Schemas["Article"];
export type Queues = Schemas["ListQueuesResponse"];
export type Escalation = Schemas["Escalation"];
export type Message = Schemas["Message"];
export type Handover = Schemas["Handover"];
