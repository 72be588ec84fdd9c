<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Main\ModuleManager;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Setup\OptionsForm;
use Fiscal\Relay\Setup\Tables;
use Fiscal\Tests\AdminDesk;
use Fiscal\Tests\Failure;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** The module as its administrator meets it: its pages, over the stubs, with real databases. */
final class AdminSuite extends Suite
{
    private const MODULE = __DIR__ . '/../../local/modules/fiscal.relay';

    public function testInstalledFromThePageAndSwitchedOnAndOff(string $kind): void
    {
        $this->atSite(function (AdminDesk $desk, string $root) use ($kind): void {
            Tables::drop();
            foreach (['b_module', 'b_module_to_module', 'b_agent', 'b_option'] as $table) {
                Application::getConnection()->queryExecute("DELETE FROM $table");
            }
            Option::forget();
            ModuleManager::$mainVersion = '20.0.0';
            try {
                $this->same(false, (new \fiscal_relay())->DoInstall());
            } finally {
                ModuleManager::$mainVersion = '25.550.0';
            }
            $this->true(str_contains((string)$desk->application->thrown, '22.200'), 'it says what is needed');
            $this->same([0, false], [$this->count('b_module'), Tables::exist()]);
            $this->same(true, (new \fiscal_relay())->DoInstall());
            $this->same([1, 7, 2], array_map($this->count(...), ['b_module', 'b_module_to_module', 'b_agent']));
            $this->true(is_file("$root/bitrix/admin/fiscal_relay_state.php"), 'the state page');
            $this->same(false, Settings::isOn());

            $page = $desk->open(self::MODULE . '/options.php');
            foreach (OptionsForm::fields() as $name => $field) {
                $this->true(str_contains($page, "name=\"$name\"") && $field['label'] !== $name, "$name is on the page");
            }
            $form = array_map(static fn (array $field) => $field['value'], OptionsForm::fields());
            [$form['target'], $form['database_url']] = $kind === 'direct'
                ? ['direct', '']
                : ['postgres', Site::relayUrl($kind)];
            $desk->open(self::MODULE . '/options.php', ['save' => '1', 'shop' => 'a b', 'batch_size' => 'x'] + $form);
            $this->same([2, ''], [count(AdminDesk::$messages), Settings::get('database_url')]);
            $desk->open(self::MODULE . '/options.php', ['save' => '1', 'settlements' => '<b>'] + $form);
            $this->same(1, count(AdminDesk::$messages));
            $desk->open(self::MODULE . '/options.php', ['save' => '1'] + $form);
            $this->same([[], 'main'], [AdminDesk::$messages, Settings::shop()]);
            $page = $desk->open(self::MODULE . '/options.php');
            $this->true(!str_contains($page, 'shop_writer'), 'the address is not shown again');

            $on = ['switch_on' => '1', 'since' => date('Y-m-d H:i:s')];
            foreach ([$on, ['confirmed' => 'Y', 'since' => 'soon'] + $on, ['confirmed' => 'Y', 'since' => ''] + $on] as $wrong) {
                $desk->open(self::MODULE . '/options.php', $wrong);
                $this->same([1, false], [count(AdminDesk::$messages), Settings::isOn()]);
            }
            AdminDesk::$isOurSession = false;
            $desk->open(self::MODULE . '/options.php', ['confirmed' => 'Y'] + $on);
            AdminDesk::$isOurSession = true;
            $this->same(false, Settings::isOn(), 'a form of somebody else');
            $desk->open(self::MODULE . '/options.php', ['confirmed' => 'Y'] + $on);
            $this->same([[], true], [AdminDesk::$messages, Settings::isOn()]);
            Shop::paid();
            Shop::relay();
            $this->same(['order.paid'], Site::kinds($kind));
            $desk->open(self::MODULE . '/options.php', ['switch_off' => '1']);
            $this->same(false, Settings::isOn());
            Settings::set('switched_on_at', (string)(time() - 86400));
            $page = $desk->open(self::MODULE . '/options.php');
            $this->true(preg_match('/name="since" value="([^"]+)"/', $page, $found) === 1, $page);
            $this->true(strtotime($found[1]) > time() - 60, "off, now is proposed: $found[1]");
            $this->same('', (new AdminDesk('W', false))->open(self::MODULE . '/options.php', ['switch_on' => '1'] + $on));
        });
    }

    public function testTheStatePageShowsWhatIsSetAside(string $kind): void
    {
        $this->atSite(function (AdminDesk $desk) use ($kind): void {
            Site::throughTheRelay($kind);
            $page = $desk->open(self::MODULE . '/admin/state.php');
            $this->true(str_starts_with(AdminDesk::$messages[0], 'OK '), AdminDesk::$messages[0]);
            Shop::paid();
            Application::getConnection()->queryExecute("UPDATE fiscal_relay_outbox SET EVENT_KEY = '<b>', PAYLOAD = '{'");
            Shop::relay();
            $page = $desk->open(self::MODULE . '/admin/state.php');
            $this->true(str_starts_with(AdminDesk::$messages[0], 'ERROR '), AdminDesk::$messages[0]);
            $this->true(str_contains($page, '22P02 ') && str_contains($page, '&lt;b&gt;'), $page);
            $this->true(!str_contains($page, '<b>'), 'escaped');
            $this->throws(Failure::class, static fn () => (new AdminDesk('R'))->open(self::MODULE . '/admin/state.php'));
            $this->same(false, require self::MODULE . '/admin/menu.php');
        });
    }

    public function testRemovedFromThePageAndInstalledAgain(string $kind): void
    {
        $this->atSite(function (AdminDesk $desk) use ($kind): void {
            Site::throughTheRelay($kind);
            Shop::paid();
            $page = $desk->shown(static fn () => (new \fiscal_relay())->DoUninstall());
            $this->true(str_contains($page, 'name="savedata"') && str_contains($page, '1'), $page);
            $this->same(1, $this->count('b_module'));
            $_REQUEST = ['step' => '2'];
            $this->same(false, (new \fiscal_relay())->DoUninstall());
            $this->true(str_contains((string)$desk->application->thrown, '1'), 'how many wait');
            $_REQUEST = ['step' => '2', 'savedata' => 'Y'];
            $this->same(true, (new \fiscal_relay())->DoUninstall());
            $this->same([0, 0, 0], array_map($this->count(...), ['b_module', 'b_module_to_module', 'b_agent']));
            // Meanwhile another register may have printed: what was paid is not ours.
            Shop::paid();
            $this->same(true, (new \fiscal_relay())->DoInstall());
            $this->same([false, 0], [Settings::isOn(), Shop::sweep()]);
            Settings::set('enabled', 'Y');
            $this->same(1, Shop::relay(), 'what had waited is not lost');
            $this->same(['order.paid'], Site::kinds($kind));
            $_REQUEST = ['step' => '2', 'force' => 'Y', 'properties' => 'Y'];
            $this->same(true, (new \fiscal_relay())->DoUninstall());
            $this->same(
                [0, 0, 0],
                array_map($this->count(...), ['b_option', 'b_sale_order_props', 'b_sale_order_props_group'])
            );
            $this->same([false, false], [Tables::exist(), Application::getConnection()->isTableExists('fiscal_relay_state')]);
        });
    }

    /** @param callable(AdminDesk, string): void $work */
    private function atSite(callable $work): void
    {
        $root = sys_get_temp_dir() . '/fiscal-admin-' . bin2hex(random_bytes(4));
        mkdir("$root/bitrix/modules/main/include", 0777, true);
        foreach (['prolog_admin_before', 'prolog_admin_after', 'epilog_admin'] as $name) {
            touch("$root/bitrix/modules/main/include/$name.php");
        }
        [$before, $_SERVER['DOCUMENT_ROOT']] = [$_SERVER['DOCUMENT_ROOT'], $root];
        try {
            $work(new AdminDesk(), $root);
        } finally {
            $_SERVER['DOCUMENT_ROOT'] = $before;
            $_REQUEST = [];
            AdminDesk::leave();
            exec('rm -rf ' . escapeshellarg($root));
        }
    }

    private function count(string $table): int
    {
        return (int)Site::value("SELECT COUNT(*) AS N FROM $table");
    }
}
