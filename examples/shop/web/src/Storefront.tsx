import { Feature, useFlag } from "isoflag/react";

interface Recommendations {
  readonly engine: string;
  readonly limit: number;
}

const COFFEES = ["Kenya AA", "Sidamo", "Huila", "Mandheling", "Antigua", "Tarrazú"];

/** The shop as this visitor sees it: evaluates flags through `isoflag/react`. */
export function Storefront() {
  const button = useFlag("checkout-button", "Buy now");
  const freeFrom = useFlag("free-shipping-from", 59);
  const prices = useFlag("price-display", "gross");
  const teaser = useFlag("season-banner", "none");
  const found = useFlag<Recommendations>("recommendations", { engine: "off", limit: 0 }) as Recommendations;
  const net = prices === "net";
  const price = net ? 23.36 : 25;
  return (
    <section className="storefront" aria-labelledby="storefront-title">
      <h2 id="storefront-title">What they see</h2>
      <div className="shop">
        {teaser === "advent-calendar" && (
          <p className="banner">Advent calendar: a new roast behind each door</p>
        )}
        <p className="shop-name">Harbour Roast</p>
        <p className="line">
          <span>1 kg Huila, whole beans</span>
          <span>
            €{price.toFixed(2)} <small>{net ? "net" : "incl. VAT"}</small>
          </span>
        </p>
        <p className="line small">
          <span>{freeFrom === 0 ? "Ships free" : `Free shipping from €${freeFrom}`}</span>
          <Feature flag="express-delivery">
            <span className="express">Courier today</span>
          </Feature>
        </p>
        <Feature
          flag="checkout-v2"
          fallback={
            <div className="checkout">
              <p className="line small">Basket › Address › Payment › Review</p>
              <span className="buy">{button}</span>
            </div>
          }
        >
          <div className="checkout">
            <p className="line small">One-page checkout</p>
            <Feature flag="gift-cards">
              <p className="line small">+ Add a gift card</p>
            </Feature>
            <span className="buy">{button}</span>
          </div>
        </Feature>
        {found.limit > 0 && (
          <p className="line small">
            <span>
              {found.engine === "taste-profile" ? "For your taste" : "Bestsellers"}:{" "}
              {COFFEES.slice(0, found.limit).join(", ")}
            </span>
          </p>
        )}
        <Feature flag="wholesale-portal">
          <p className="line small">Wholesale: pallets and futures ›</p>
        </Feature>
        <Feature flag="support-chat">
          <p className="line small">● Chat with us</p>
        </Feature>
      </div>
    </section>
  );
}
