<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Bitrix\Sale\Cashbox\Internals\CashboxTable;
use Bitrix\Sale\Cashbox\Restrictions\Manager as Restrictions;
use Bitrix\Sale\PaySystem\Manager as PaySystems;
use Fiscal\Relay\Cashbox\RelayCashbox;
use Fiscal\Relay\Options\Settings;

/** Active cash registers of Bitrix that print for pay systems of ours: with them each payment has two receipts. */
final class RivalRegisters
{
    /**
     * @param ?string $paySystems the option pay_systems as it is to be; null: as it is
     * @param bool $foreign without registers of ours, which print by the way cashbox only
     * @return list<array{id: int, name: string, paySystems: list<string>, paySystemIds: list<int>}>
     */
    public static function find(?string $paySystems = null, bool $foreign = false): array
    {
        $printing = self::printingPaySystems(
            $paySystems === null ? Settings::list('pay_systems') : Settings::split($paySystems)
        );
        if ($printing === []) {
            return [];
        }
        $rivals = [];
        $registers = CashboxTable::getList(['select' => ['ID', 'NAME', 'HANDLER'], 'filter' => ['=ACTIVE' => 'Y']]);
        while ($register = $registers->fetch()) {
            $isOurs = ltrim((string)$register['HANDLER'], '\\') === RelayCashbox::class;
            if ($isOurs && ($foreign || Settings::get('way') === Settings::WAY_CASHBOX)) {
                continue;
            }
            $shared = self::shared((int)$register['ID'], $printing);
            if ($shared !== []) {
                $rivals[] = [
                    'id' => (int)$register['ID'],
                    'name' => (string)$register['NAME'],
                    'paySystems' => array_values($shared),
                    'paySystemIds' => array_keys($shared),
                ];
            }
        }

        return $rivals;
    }

    /**
     * @param list<string> $ours empty: all
     * @return array<int, string> pay systems of ours with "prints receipts" on
     */
    private static function printingPaySystems(array $ours): array
    {
        $rows = PaySystems::getList([
            'select' => ['ID', 'NAME'],
            'filter' => ['=ACTIVE' => 'Y', '=CAN_PRINT_CHECK' => 'Y'],
        ]);
        $printing = [];
        while ($row = $rows->fetch()) {
            if ($ours === [] || in_array((string)(int)$row['ID'], $ours, true)) {
                $printing[(int)$row['ID']] = (string)$row['NAME'];
            }
        }

        return $printing;
    }

    /** A register without a restriction to pay systems prints for all of them. */
    private static function shared(int $register, array $printing): array
    {
        foreach (Restrictions::getRestrictionsList($register) as $restriction) {
            $class = strtolower(ltrim((string)$restriction['CLASS_NAME'], '\\'));
            if ($class === 'bitrix\\sale\\cashbox\\restrictions\\paysystem') {
                $only = array_map('intval', (array)($restriction['PARAMS']['PAY_SYSTEMS'] ?? []));

                return array_intersect_key($printing, array_flip($only));
            }
        }

        return $printing;
    }
}
