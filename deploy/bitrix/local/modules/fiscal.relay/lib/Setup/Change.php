<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Fiscal\Relay\Options\Settings;

/**
 * Options changed while the module may be on. A change that sets another register of Bitrix beside us for the same pay
 * systems needs the same word of a person as the switch-on.
 */
final class Change
{
    /**
     * @param array<string, string> $values valid ones, by option
     * @param bool $overrule although another register prints for the same pay systems
     * @return list<string> what is in the way: then nothing is stored
     */
    public static function store(array $values, bool $overrule): array
    {
        $rivals = self::rivals($values);
        if ($rivals !== [] && !$overrule) {
            return array_map(SwitchOn::objection(...), $rivals);
        }
        foreach ($values as $name => $value) {
            Settings::set($name, $value);
        }
        if ($rivals !== []) {
            $ids = array_merge(Settings::list('overruled_registers'), array_column($rivals, 'id'));
            Settings::set('overruled_registers', implode(',', array_unique(array_map('intval', $ids))));
        }

        return [];
    }

    /** Those that nobody has overruled for what they would print beside us. */
    private static function rivals(array $values): array
    {
        $paySystems = $values['pay_systems'] ?? Settings::get('pay_systems');
        // By the way cashbox Bitrix gives a check to one register; by the way events each of them makes a receipt.
        $isOtherWay = ($values['way'] ?? Settings::get('way')) !== Settings::get('way');
        if (!Settings::isOn() || (!$isOtherWay && Settings::split($paySystems) === Settings::list('pay_systems'))) {
            return [];
        }
        $overruled = [];
        foreach ($isOtherWay ? [] : RivalRegisters::find(null, true) as $rival) {
            if (in_array((string)$rival['id'], Settings::list('overruled_registers'), true)) {
                $overruled[$rival['id']] = $rival['paySystemIds'];
            }
        }

        return array_values(array_filter(
            RivalRegisters::find($paySystems, true),
            static fn (array $rival) => array_diff($rival['paySystemIds'], $overruled[$rival['id']] ?? []) !== []
        ));
    }
}
