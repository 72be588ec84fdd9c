<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Rest\OrderProperties;
use Fiscal\Relay\Setup\OptionsForm;
use Fiscal\Relay\Setup\RivalRegisters;
use Fiscal\Relay\Setup\SwitchOn;
use Fiscal\Relay\Status\Report;
use Fiscal\Relay\Upkeep;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class SetupSuite extends Suite
{
    private const TRACES = ['b_module', 'b_option', 'b_module_to_module', 'b_agent'];

    public function testFromTheCommandLineAndAway(string $kind): void
    {
        $root = $this->root();
        $this->bare();
        $this->cli($root, 0, 'install');
        $this->cli($root, 0, 'install');
        $this->same([7, 2, 1], [$this->count('b_module_to_module'), $this->count('b_agent'), $this->count('b_module')]);
        $this->same(6, $this->count('b_sale_order_props'), 'three properties for each of two person types');
        $this->true(is_file("$root/bitrix/admin/fiscal_relay_state.php"), 'the state page');
        $this->same(1, $this->cli($root, 1, 'switch-on', '--since', 'now', '--yes')[0]);
        if ($kind === 'direct') {
            $this->cli($root, 0, 'set', 'target', 'direct');
        } else {
            $this->cliWith(Site::relayUrl($kind) . "\n", $root, 0, 'set', 'database_url', '-');
        }
        $this->cli($root, 64, 'set', 'enabled', 'Y');
        $this->same("way: events, cashbox\n", $this->cli($root, 1, 'set', 'way', 'both')[2]);
        $this->cli($root, 64, 'nonsense');
        $this->cli($root, 1, 'switch-on', '--since', 'now');
        $this->cli($root, 1, 'switch-on', '--since', 'tomorrow', '--yes');
        $this->cli($root, 0, 'switch-on', '--since', 'now', '--yes');
        Option::forget();
        $this->same(true, Settings::isOn());
        Shop::paid();
        $this->cli($root, 0, 'sweep');
        $this->cli($root, 0, 'relay', '--seconds', '5');
        $this->same(['order.paid'], Site::kinds($kind));
        $this->cli($root, 0, 'relay', '--since', '-1 hour');
        $this->same(['order.paid'], Site::kinds($kind));
        $state = json_decode($this->cli($root, 0, 'state')[1], true);
        $this->same([true, true, 0], [$state['on'], $state['healthy'], $state['waiting']]);
        $this->same(date_default_timezone_get(), Settings::get('timezone'));
        Application::getConnection()->queryExecute(
            'UPDATE fiscal_relay_outbox SET SENT_AT = NULL, ATTEMPTS = 4, RETRY_AT = ' . (time() + 3600)
        );
        $this->same("1 handed over\n", $this->cli($root, 0, 'relay', '--refused')[1]);
        $key = (string)Site::value('SELECT EVENT_KEY AS K FROM fiscal_relay_outbox');
        $this->cli($root, 1, 'discard', $key);
        Application::getConnection()->queryExecute('UPDATE fiscal_relay_outbox SET SENT_AT = NULL, ATTEMPTS = 1');
        $this->cli($root, 1, 'discard', $key, '--shop', 'second');
        $this->cli($root, 64, 'discard', $key, '--shop');
        $this->cli($root, 0, 'discard', $key, '--shop', 'main');
        $this->same("0 handed over\n", $this->cli($root, 0, 'relay')[1]);
        Application::getConnection()->queryExecute('UPDATE fiscal_relay_outbox SET SENT_AT = NULL');
        $this->cli($root, 1, 'uninstall');
        $this->same(1, $this->count('b_module'));
        Shop::register();
        $order = Shop::kettles();
        $order->save();
        OrderProperties::set($order->getId(), ['CLOUDKASSIR_FD' => '7']);
        $this->cli($root, 0, 'uninstall', '--force', '--properties');
        $this->same('N', trim((string)Site::value('SELECT ACTIVE AS A FROM b_sale_cashbox')), 'our register is off');
        $properties = ['b_sale_order_props', 'b_sale_order_props_group', 'b_sale_order_props_value'];
        foreach ([...self::TRACES, ...$properties] as $table) {
            $this->same(0, $this->count($table), $table);
        }
        $this->true(!Application::getConnection()->isTableExists('fiscal_relay_outbox'), 'no table left');
        clearstatcache();
        $this->true(!is_file("$root/bitrix/admin/fiscal_relay_state.php"), 'no page left');
        exec('rm -rf ' . escapeshellarg($root));
    }

    public function testRefusesWhileAnotherRegisterPrints(string $kind): void
    {
        Settings::set('pay_systems', '3,4');
        $connection = Application::getConnection();
        $connection->queryExecute("INSERT INTO b_sale_cashbox (ID, NAME, HANDLER, ACTIVE) VALUES (5, 'АТОЛ', 'X', 'Y')");
        $this->same(['Card', 'Cash'], RivalRegisters::find()[0]['paySystems']);
        $obstacles = SwitchOn::on(time());
        $this->same(1, count($obstacles));
        $this->true(str_contains($obstacles[0], 'АТОЛ'), $obstacles[0]);
        $this->same(false, Report::make()['healthy'], 'the state page warns');
        $this->same([], SwitchOn::on(time(), true));
        $this->same(true, Report::make()['healthy'], 'not of what a person overruled');
        $connection->queryExecute("INSERT INTO b_sale_cashbox (ID, NAME, HANDLER, ACTIVE) VALUES (6, 'Y', 'Y', 'Y')");
        $this->same([6], array_column(Report::make()['rival_registers'], 'id'), 'but of what came later');
        $connection->queryExecute('DELETE FROM b_sale_cashbox WHERE ID = 6');
        $class = $connection->getSqlHelper()->forSql('\\Bitrix\\Sale\\Cashbox\\Restrictions\\PaySystem');
        $connection->queryExecute(
            "INSERT INTO b_sale_service_rstr (SERVICE_ID, CLASS_NAME, PARAMS) VALUES (5, '$class',"
            . " '{\"PAY_SYSTEMS\": [\"9\"]}')"
        );
        $this->same([], RivalRegisters::find());
        $this->same([], SwitchOn::on(time()));
        $connection->queryExecute("UPDATE b_sale_service_rstr SET PARAMS = '{\"PAY_SYSTEMS\": [\"9\", \"4\"]}'");
        $this->same(['Cash'], RivalRegisters::find()[0]['paySystems']);
        $connection->queryExecute("UPDATE b_sale_cashbox SET ACTIVE = 'N'");
        $this->same([], RivalRegisters::find());
    }

    public function testRefusesAChangeThatSetsAnotherRegisterBesideOurs(string $kind): void
    {
        Settings::set('pay_systems', '3');
        $connection = Application::getConnection();
        $class = $connection->getSqlHelper()->forSql('\\Bitrix\\Sale\\Cashbox\\Restrictions\\PaySystem');
        foreach ([5 => '9', 6 => '4'] as $id => $system) {
            $connection->queryExecute(
                "INSERT INTO b_sale_cashbox (ID, NAME, HANDLER, ACTIVE) VALUES ($id, 'R$id', 'X', 'Y')"
            );
            $connection->queryExecute("INSERT INTO b_sale_service_rstr (SERVICE_ID, CLASS_NAME, PARAMS) VALUES ($id,"
                . " '$class', '{\"PAY_SYSTEMS\": [\"$system\"]}')");
        }
        $save = static fn (array $changed, bool $overrule = false) => OptionsForm::save(
            $changed + array_map(static fn (array $field) => $field['value'], OptionsForm::fields()),
            $overrule
        );
        $this->same([], $save(['shop' => 'other']), 'nothing to do with registers');
        $faults = $save(['pay_systems' => '3,4', 'shop' => 'third']);
        $this->true(count($faults) === 1 && str_contains($faults[0], 'R6'), json_encode($faults));
        $this->same(['3', 'other'], [Settings::get('pay_systems'), Settings::shop()], 'nothing of the form is stored');
        $this->same(2, count($save(['pay_systems' => ''])), 'empty: all');
        $this->same([], $save(['pay_systems' => '3,4'], true));
        $this->same(['3,4', true], [Settings::get('pay_systems'), Report::make()['healthy']]);
        $this->same([], $save(['pay_systems' => '4']), 'of what a person overruled no more is said');
        $this->same(1, count($save(['pay_systems' => '4,9'])), 'but of what joins it');
        $this->same(1, count($save(['way' => 'cashbox'])), 'nor does it hold for another way');
        $this->same('events', Settings::get('way'));
        $connection->queryExecute("UPDATE b_sale_cashbox SET ACTIVE = 'N'");
        Shop::register();
        $this->same([], $save(['way' => 'cashbox']));
        $this->same([], $save(['way' => 'events']), 'our own register prints nothing then');
        $connection->queryExecute("UPDATE b_sale_cashbox SET ACTIVE = 'Y'");
        Settings::set('enabled', 'N');
        $this->same([], $save(['pay_systems' => '3,4,9', 'way' => 'cashbox']), 'the switch-on asks then');
    }

    public function testTheCommandLineRefusesItToo(string $kind): void
    {
        $root = $this->root();
        Settings::set('pay_systems', '9');
        $connection = Application::getConnection();
        $connection->queryExecute("UPDATE b_sale_pay_system_action SET CAN_PRINT_CHECK = 'N' WHERE ID = 9");
        $connection->queryExecute("INSERT INTO b_sale_cashbox (ID, NAME, HANDLER, ACTIVE) VALUES (5, 'ATOL', 'X', 'Y')");
        $said = $this->cli($root, 1, 'set', 'pay_systems', '3,9')[2];
        $this->true(str_contains($said, 'ATOL'), $said);
        $this->cli($root, 0, 'set', 'pay_systems', '3,9', '--overrule');
        $this->same("3,9\n", $this->cli($root, 0, 'get', 'pay_systems')[1]);
        $this->cli($root, 64, 'set', 'pay_systems', '3', '--overrule', '--overrule');
        exec('rm -rf ' . escapeshellarg($root));
    }

    public function testAPasswordComesByStandardInput(): void
    {
        Site::fresh('mysql');
        $root = $this->root();
        $kept = Settings::get('database_url');
        $secret = 's3cret/of:ours';
        foreach (
            [
                "postgres://shop_main:$secret@db/relay", "postgresql://:$secret@db:5432,other/relay?sslmode=require",
                "host=db password=$secret", "host=db sslPassword = '$secret'", "postgres://db/relay?password=$secret",
            ] as $url
        ) {
            $said = $this->cli($root, 1, 'set', 'database_url', $url)[2];
            $this->true(str_contains($said, 'set database_url -') && !str_contains($said, 's3cret'), $said);
        }
        $said = $this->cliWith(" \n", $root, 1, 'set', 'database_url', '-')[2];
        $this->same("database_url: nothing came by standard input\n", $said);
        $said = $this->cliWith(str_repeat('x', 2001), $root, 1, 'set', 'database_url', '-')[2];
        $this->same("database_url: up to 2000 characters\n", $said);
        Option::forget();
        $this->same($kept, Settings::get('database_url'), 'nothing was stored');
        foreach (['postgres://shop_main@db:5432,[::1]:5432/relay', 'service=relay passfile=/etc/p', ''] as $url) {
            $this->cli($root, 0, 'set', 'database_url', $url);
            Option::forget();
            $this->same($url, Settings::get('database_url'));
        }
        $url = "postgres://shop_main:$secret@db/relay";
        $this->cliWith("$url\n", $root, 0, 'set', 'database_url', '-');
        Option::forget();
        $this->same($url, Settings::get('database_url'));
        $this->same("(set)\n", $this->cli($root, 0, 'get', 'database_url')[1]);
        exec('rm -rf ' . escapeshellarg($root));
    }

    public function testAfterAPauseNowIsProposed(string $kind): void
    {
        $on = Settings::switchedOnAt();
        $this->same($on, SwitchOn::proposed());
        $root = $this->root();
        $said = $this->cli($root, 1, 'switch-on')[2];
        $this->true(str_contains($said, date(DATE_ATOM, $on)), $said);
        SwitchOn::off();
        // Bitrix prints meanwhile.
        $this->true(SwitchOn::proposed() >= time() - 1, 'now');
        $before = time();
        $this->cli($root, 0, 'switch-on', '--yes');
        Option::forget();
        $this->true(Settings::isOn() && Settings::switchedOnAt() >= $before, 'from now on');
        $this->cli($root, 64, 'switch-on', '--since', '--yes');
        $this->cli($root, 64, 'switch-on', '--yes', '--since');
        exec('rm -rf ' . escapeshellarg($root));
    }

    public function testTheStateTellsOfSilence(string $kind): void
    {
        $this->same(true, Report::make()['healthy']);
        Settings::set('switched_on_at', (string)(time() - 3 * 3600));
        $this->same(false, Report::make()['healthy'], 'no sweep comes by');
        Shop::sweep();
        $this->same(true, Report::make()['healthy']);
        Settings::set('enabled', 'N');
        $this->same(false, Report::make()['healthy'], 'switched off again');
        Settings::set('switched_on_at', '0');
        $this->same(true, Report::make()['healthy'], 'not switched on yet');
    }

    public function testAPersonTypeThatCameLaterGetsTheProperties(string $kind): void
    {
        $connection = Application::getConnection();
        $connection->queryExecute("INSERT INTO b_sale_person_type (ID, NAME, ENTITY_REGISTRY_TYPE) VALUES (3, 'P3', 'ORDER')");
        Upkeep::run();
        $this->same(3, (int)Site::value('SELECT COUNT(*) AS N FROM b_sale_order_props WHERE PERSON_TYPE_ID = 3'));
    }

    public function testOptionsAreCheckedBeforeTheyAreStored(string $kind): void
    {
        Site::throughTheRelay($kind);
        $form = array_map(static fn (array $field) => $field['value'], OptionsForm::fields());
        $this->same('', $form['database_url'], 'the password is not shown');
        $this->same([], OptionsForm::save(['shop' => 'other', 'settlements' => '3 * advance'] + $form));
        $this->same(['other', true], [Settings::shop(), Settings::get('database_url') !== '']);
        $this->same(2, count(OptionsForm::save(['shop' => 'a b', 'pay_systems' => '3;4'] + $form)));
        $this->same('other', Settings::shop());
    }

    public function testWhatIsNoValueOfAnOptionIsSaid(): void
    {
        Site::fresh('mysql');
        foreach (
            [
                ['way', 'both', 'events, cashbox'], ['batch_size', 'many', 'a whole number'], ['shop', 'a b', 'letters'],
                ['shop_s1', 'a b', 'letters'], ['settlements', 'x', 'full_prepayment'], ['stores', '1;2', 'commas'],
                ['timezone', 'Moscow', 'a time zone'], ['property_inn', str_repeat('x', 2001), '2000 characters'],
            ] as [$name, $value, $allowed]
        ) {
            $said = (string)OptionsForm::fault($name, $value);
            $this->true(str_contains($said, $allowed), "$name: $said");
        }
        foreach (['way' => 'cashbox', 'shop_s1' => '', 'timezone' => 'Asia/Omsk', 'portal' => 'x', 'stores' => '1, 2'] as $name => $value) {
            $this->same(null, OptionsForm::fault($name, $value), $name);
        }
    }

    private function bare(): void
    {
        $connection = Application::getConnection();
        foreach ([...self::TRACES, 'b_sale_order_props', 'b_sale_order_props_group'] as $table) {
            $connection->queryExecute("DELETE FROM $table");
        }
        $connection->queryExecute('DROP TABLE fiscal_relay_outbox');
        $connection->queryExecute('DROP TABLE fiscal_relay_state');
    }

    /** @return array{0: int, 1: string, 2: string} */
    private function cli(string $root, int $expected, string ...$arguments): array
    {
        return $this->cliWith('', $root, $expected, ...$arguments);
    }

    /** @return array{0: int, 1: string, 2: string} */
    private function cliWith(string $input, string $root, int $expected, string ...$arguments): array
    {
        $script = dirname(__DIR__, 2) . '/local/modules/fiscal.relay/bin/fiscal-relay.php';
        $result = Site::run($script, $arguments, ['FISCAL_RELAY_DOCUMENT_ROOT' => $root], $input);
        $this->same($expected, $result[0], implode(' ', $arguments) . ': ' . $result[2]);

        return $result;
    }

    private function root(): string
    {
        return Site::documentRoot(sys_get_temp_dir() . '/fiscal-site-' . bin2hex(random_bytes(4)));
    }

    private function count(string $table): int
    {
        return (int)Site::value("SELECT COUNT(*) AS N FROM $table");
    }
}
