<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Sale\Cashbox\CheckManager;
use Bitrix\Sale\Cashbox\Errors\Warning;
use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Bitrix\Sale\Cashbox\Internals\CashboxTable;
use Bitrix\Sale\Cashbox\Manager;
use Fiscal\Relay\Cashbox\CheckSweep;
use Fiscal\Relay\Cashbox\RelayCashbox;
use Fiscal\Relay\Options\Settings;
use Fiscal\Tests\JsonSchema;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class CashboxSuite extends Suite
{
    private const SCHEMA = __DIR__ . '/../../schema/cashbox.check.json';

    public function testPrintsOnceHoweverOften(string $kind): void
    {
        $check = $this->check();
        $this->same([], Site::kinds($kind), 'no events of orders in this way');
        for ($i = 0; $i < 3; $i++) {
            $result = CheckManager::print($check);
            $this->same(true, $result->isSuccess());
            $this->same("check:shop.example.ru:$check", $result->getData()['UUID']);
        }
        Shop::relay();
        $this->quiet();
        [$event] = Site::arrived($kind);
        $this->same(1, count(Site::arrived($kind)));
        $this->same(['cashbox.check', "check:shop.example.ru:$check"], [$event['kind'], $event['event_key']]);
        $this->same([], JsonSchema::faults(self::SCHEMA, json_encode($event['payload'])));
        $item = $event['payload']['items'][0];
        $this->same(["A\x1d1"], $item['marks']);
        $this->same(['33.33333333', 'full_payment', '0.22'], [$item['vat_sum'], $item['method'], $item['vat_rate']]);
        $this->same("DM\x00\xff", base64_decode($item['nomenclature_code']));
    }

    public function testOtherContentUnderTheSameCheckIsRefused(string $kind): void
    {
        $check = $this->check();
        CheckManager::print($check);
        CashboxCheckTable::update($check, ['SUM' => '9.99']);
        $this->same(false, CheckManager::print($check)->isSuccess());
    }

    public function testReportsWhatTheWorkerStored(string $kind): void
    {
        $check = $this->check();
        $refused = $this->check();
        CheckManager::print($check);
        CheckManager::print($refused);
        Shop::relay();
        $register = Manager::getObjectById(1);
        $answer = $register->check(CheckManager::getObjectById($check));
        $this->true($answer->getErrors()[0] instanceof Warning, 'not yet');
        $this->same('P', $this->status($check));
        $this->receipt($kind, $check, "'fiscalised', '9282440300669999', '77', '1234567890', NULL");
        $this->receipt($kind, $refused, "'refused', NULL, NULL, NULL, 'ИНН неверен'");
        $this->same(2, CheckSweep::run());
        $this->quiet();
        $this->same(['Y', 'E'], [$this->status($check), $this->status($refused)]);
        $this->true(str_contains((string)Site::value(
            "SELECT LINK_PARAMS AS L FROM b_sale_cashbox_check WHERE ID = $check"
        ), '9282440300669999'), 'the numbers are there');
        $this->same('ИНН неверен', Site::value(
            "SELECT ERROR_MESSAGE AS M FROM b_sale_cashbox_check WHERE ID = $refused"
        ));
    }

    public function testACheckCutOffByACrashIsHandedOver(string $kind): void
    {
        // Dead between "printing" and our row, and between our row and its number.
        $before = $this->check();
        $after = $this->check();
        CheckManager::print($after);
        foreach ([$before, $after] as $check) {
            CashboxCheckTable::update($check, [
                'STATUS' => 'P', 'EXTERNAL_UUID' => '', 'DATE_PRINT_START' => date('Y-m-d H:i:s', time() - 60),
            ]);
        }
        $this->same(2, CheckSweep::run());
        $this->same(0, CheckSweep::run());
        Shop::relay();
        $keys = array_column(Site::arrived($kind), 'event_key');
        sort($keys);
        $expected = ["check:shop.example.ru:$before", "check:shop.example.ru:$after"];
        sort($expected);
        $this->same($expected, $keys);
        $this->same("check:shop.example.ru:$before", Site::value(
            "SELECT EXTERNAL_UUID AS U FROM b_sale_cashbox_check WHERE ID = $before"
        ));
    }

    public function testSwitchedOffItPrintsNothingAndSaysSo(string $kind): void
    {
        $check = $this->check();
        Settings::set('enabled', 'N');
        $this->same(false, CheckManager::print($check)->isSuccess());
        $this->same(0, (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox'));
    }

    private function check(): int
    {
        Settings::set('way', 'cashbox');
        if (CashboxTable::getList([])->fetch() === false) {
            Application::getConnection()->queryExecute(
                "INSERT INTO b_sale_cashbox (ID, NAME, HANDLER, ACTIVE, EMAIL, NUMBER_KKM) VALUES (1, 'R', '"
                . Application::getConnection()->getSqlHelper()->forSql('\\' . RelayCashbox::class) . "', 'Y', 'a@b.ru', '')"
            );
        }
        $order = Shop::kettles();
        $order->getBasket()[0]->setField('MARKING', "A\x1d1");
        Shop::payment($order)->setPaid(true);
        $order->save();

        return (int)CashboxCheckTable::add([
            'CASHBOX_ID' => 1, 'ORDER_ID' => $order->getId(), 'STATUS' => 'N', 'TYPE' => 'sell', 'SUM' => '1480',
            'DATE_CREATE' => date('Y-m-d H:i:s'), 'EXTERNAL_UUID' => '',
        ])->getId();
    }

    private function status(int $check): string
    {
        return (string)Site::value("SELECT STATUS AS S FROM b_sale_cashbox_check WHERE ID = $check");
    }

    private function receipt(string $kind, int $check, string $values): void
    {
        pg_query(
            Site::superuser($kind),
            'INSERT INTO fiscal.receipt (event_id, part, edition, shop, settlement_key, type, total, provider,'
            . ' destination, external_id, document, request, request_digest, closed_at, state, fn, fd, fpd,'
            . " refusal_message) SELECT id, 1, 1, shop, event_key, 'sell', 148000, 'x', 'x', event_key, '{}', '',"
            . " sha256(''), now(), $values FROM fiscal.outbox WHERE event_key = 'check:shop.example.ru:$check'"
        ) || $this->true(false, 'no receipt');
    }
}
