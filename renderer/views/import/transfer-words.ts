/** What a line says of an import. Pure. */
import type { TransferDto } from '../../../app/contract/index.ts';
import { errorText, type Translate } from '../../i18n/translate.ts';

/** The last part of the path that it comes from. */
export function transferName({ source }: Pick<TransferDto, 'source'>): string {
  return source.path.split(/[\\/]/).findLast((part) => part !== '') ?? source.path;
}

/** One line: how far it is, what holds it up, or what came of it. */
export function transferWords(
  transfer: TransferDto,
  t: Translate,
  number: (value: number) => string,
): string {
  const { state, done, skipped, failed, error } = transfer;
  const said = error === undefined ? undefined : errorText(t, error);
  switch (state) {
    case 'running':
      return t('import.running', {
        count: done,
        number: number(done),
        percent: Math.round(transfer.progress * 100),
      });
    case 'waiting':
      return said === undefined ? t('import.waiting') : t('import.waitingFor', { what: said.what });
    case 'paused':
      return t('import.paused', { count: done, number: number(done) });
    case 'stopped':
      return said === undefined ? t('import.stopped') : `${said.what} ${said.todo}`;
    case 'finished':
    case 'cancelled':
      return t('import.over', {
        cancelled: state === 'cancelled' ? 'yes' : 'no',
        count: done,
        number: number(done),
        skipped,
        failed,
      });
  }
}
