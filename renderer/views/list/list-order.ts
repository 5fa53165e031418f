/** In which order each place is listed: what the person chose there, else the newest first. Pure. */
import { type ListOrder, limits, listOrder, type Settings } from '../../../app/contract/index.ts';
import { type Place, placeKey } from '../desk-state.ts';

type Chosen = Settings['listOrders'];

export const listOrders: readonly ListOrder[] = listOrder.options;

export function orderOfPlace(chosen: Chosen, place: Place | undefined): ListOrder {
  if (place === undefined) return 'newest';
  const key = placeKey(place);
  return chosen.find((one) => one.place === key)?.order ?? 'newest';
}

/** Of more places than the setting holds, those chosen longest ago are forgotten. */
export function withOrder(chosen: Chosen, place: Place, order: ListOrder): Chosen {
  const key = placeKey(place);
  const others = chosen.filter((one) => one.place !== key);
  return order === 'newest'
    ? others
    : [{ place: key, order }, ...others].slice(0, limits.listOrders);
}

/** The words for an order: what one sent is sorted by whom it went to. */
export function orderWord<O extends ListOrder>(order: O, outgoing: boolean): O | 'recipient' {
  return order === 'sender' && outgoing ? 'recipient' : order;
}
