import { Feature, IsoflagProvider } from "isoflag/react";
import type { RunState } from "./fleet-run";

export interface NextVisitorProps {
  readonly state: RunState;
}

/** The page that a new visitor sees, from the response of `/config`. */
export function NextVisitor({ state: { config, options } }: NextVisitorProps) {
  const waits = options.protection === "gate";
  const oldWay = (
    <div className="checkout">
      <p className="line small">Basket › Address › Payment › Review</p>
      <span className="buy">To the basket</span>
    </div>
  );
  return (
    <section className="storefront" aria-labelledby="next-title">
      <h2 id="next-title">The next visitor</h2>
      <IsoflagProvider bootstrap={{ ...config }}>
        <div className="shop">
          <p className="shop-name">Harbour Roast</p>
          <p className="line">
            <span>1 kg Huila, whole beans</span>
            <span>€25.00</span>
          </p>
          <Feature flag="isExpressCheckout" requireConsistent={waits} fallback={oldWay}>
            <div className="checkout">
              <Feature flag="expressForm" value="one page" requireConsistent={waits}>
                <p className="line small">
                  <span>Express checkout</span>
                  <span className="form-name tone-2">one page</span>
                </p>
              </Feature>
              <Feature flag="expressForm" value="two steps" requireConsistent={waits}>
                <p className="line small">
                  <span>Express checkout</span>
                  <span className="form-name tone-1">two steps</span>
                </p>
              </Feature>
              <span className="buy">Order and pay</span>
            </div>
          </Feature>
        </div>
      </IsoflagProvider>
    </section>
  );
}
