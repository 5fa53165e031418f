/** What every section of the settings may need. */
import type { AccountDto, WireError } from '../../../app/contract/index.ts';
import type { SettingsHandle } from './use-settings.ts';

export interface SectionProps extends SettingsHandle {
  readonly accounts: readonly AccountDto[];
  readonly onClose: () => void;
  readonly onAddAccount: () => void;
  readonly onImport: () => void;
  readonly onOpenLock: (accountId: string) => void;
  readonly onFailure: (error: WireError | undefined) => void;
}
