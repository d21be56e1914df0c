import "i18next";

import type { texts as accounts } from "../accounts/texts";
import type { texts as app } from "../app/texts";
import type { texts as audit } from "../audit/texts";
import type { texts as desk } from "../desk/texts";
import type { texts as fairness } from "../fairness/texts";
import type { texts as floor } from "../floor/texts";
import type { texts as flows } from "../flows/texts";
import type { texts as handovers } from "../handovers/texts";
import type { texts as ledger } from "../ledger/texts";
import type { texts as own } from "../own/texts";
import type { texts as phone } from "../phone/texts";
import type { texts as reasons } from "../reasons/texts";
import type { texts as recordings } from "../recordings/texts";
import type { texts as session } from "../session/texts";

// Keys of texts are checked by the compiler; the English texts name them all, plurals included.
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "app";
    resources: {
      accounts: (typeof accounts)["en"];
      app: (typeof app)["en"];
      audit: (typeof audit)["en"];
      desk: (typeof desk)["en"];
      fairness: (typeof fairness)["en"];
      floor: (typeof floor)["en"];
      flows: (typeof flows)["en"];
      handovers: (typeof handovers)["en"];
      ledger: (typeof ledger)["en"];
      own: (typeof own)["en"];
      phone: (typeof phone)["en"];
      reasons: (typeof reasons)["en"];
      recordings: (typeof recordings)["en"];
      session: (typeof session)["en"];
    };
  }
}
