<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Sale\Cashbox\CheckManager;
use Bitrix\Sale\Cashbox\Errors\Warning;
use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Bitrix\Sale\Cashbox\Manager;
use Fiscal\Relay\Cashbox\CheckSweep;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\DirectTarget;
use Fiscal\Relay\Relay\PostgresTarget;
use Fiscal\Relay\Relay\TargetAway;
use Fiscal\Relay\Status\Report;
use Fiscal\Tests\JsonSchema;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class CashboxSuite extends Suite
{
    private const MARK = "0104606203090000215Qbag!\x1d93Zjqw";
    private const SCHEMA = __DIR__ . '/../../../../Sources/Relay/Schemas/cashbox.check.json';

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
        $payload = $event['payload'];
        $this->same([self::MARK], $payload['items'][0]['marks']);
        $this->same(['0.22', 'delivery'], [$payload['items'][0]['vat_rate'], $payload['items'][1]['id']]);
        $order = (int)Site::value("SELECT ORDER_ID AS O FROM b_sale_cashbox_check WHERE ID = $check");
        $payment = (int)Site::value("SELECT ID AS I FROM b_sale_order_payment WHERE ORDER_ID = $order");
        $shipment = (int)Site::value("SELECT ID AS I FROM b_sale_order_delivery WHERE ORDER_ID = $order");
        $this->same([$payment, $shipment], [$payload['payments'][0]['id'], $payload['shipments'][0]['id']]);
        $this->same("order:$order", $event['subject']);
    }

    public function testTheShopsOwnAddressIsNoBuyer(string $kind): void
    {
        Option::set('main', 'email_from', 'Shop@example.ru');
        $check = $this->check(['EMAIL' => '', 'PHONE' => '']);
        CheckManager::print($check);
        Shop::relay();
        $this->same(
            ['email' => null, 'phone' => null],
            array_intersect_key(Site::arrived($kind)[0]['payload']['customer'], ['email' => 1, 'phone' => 1])
        );
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
        [$done, $refused, $dead, $other] = [$this->check(), $this->check(), $this->check(), $this->check()];
        foreach ([$done, $refused, $dead, $other] as $check) {
            CheckManager::print($check);
        }
        Shop::relay();
        $register = Manager::getObjectById(1);
        $answer = $register->check(CheckManager::getObjectById($done));
        $this->true($answer->getErrors()[0] instanceof Warning, 'not yet');
        $this->same('P', $this->status($done));
        $this->receipt($kind, $done, "'fiscalised', '9282440300669999', '77', '1234567890', NULL");
        $this->receipt($kind, $refused, "'refused', NULL, NULL, NULL, 'ИНН неверен'");
        $this->die($kind, $refused, 'Касса отказала: ИНН неверен');
        // Faulty data: dead before there was a receipt.
        $this->die($kind, $dead, 'customer: нет адреса');
        $this->same(3, CheckSweep::run());
        $this->quiet();
        $this->same(['Y', 'E', 'E', 'P'], array_map($this->status(...), [$done, $refused, $dead, $other]));
        $this->true(str_contains((string)Site::value(
            "SELECT LINK_PARAMS AS L FROM b_sale_cashbox_check WHERE ID = $done"
        ), '9282440300669999'), 'the numbers are there');
        $this->same('customer: нет адреса', Site::value(
            "SELECT ERROR_MESSAGE AS M FROM b_sale_cashbox_check WHERE ID = $dead"
        ));
        $this->same(0, CheckSweep::run(), 'what failed is not told again');
    }

    public function testWhatAPersonMendedIsPrintedAfterAll(string $kind): void
    {
        $check = $this->check();
        CheckManager::print($check);
        Shop::relay();
        $this->receipt($kind, $check, "'refused', NULL, NULL, NULL, 'ИНН неверен'");
        $this->die($kind, $check, 'ИНН неверен');
        CheckSweep::run();
        $this->same('E', $this->status($check));
        // The replay of a person makes another edition.
        $this->receipt($kind, $check, "'fiscalised', '9282440300669999', '78', '1234567890', NULL", 2);
        $this->same(1, CheckSweep::run());
        $this->same('Y', $this->status($check));
        $this->quiet();
    }

    public function testALoginSeesResultsOfItsOwnShopOnly(string $kind): void
    {
        $check = $this->check();
        CheckManager::print($check);
        Shop::relay();
        $this->receipt($kind, $check, "'fiscalised', '9282440300669999', '77', '1234567890', NULL");
        $super = Site::superuser($kind);
        // Where Bitrix lives in the relay's PostgreSQL, it is its own login that asks.
        [$target, $login] = $kind === 'direct'
            ? [new DirectTarget(), 'bitrix']
            : [new PostgresTarget(Site::relayUrl($kind)), 'shop_writer'];
        $key = "check:shop.example.ru:$check";
        $this->same(['fiscalised'], array_column($target->results('main', [$key, 'check:x:1']), 'state'));
        $this->same([], $target->results('other', [$key]));
        pg_query($super, "INSERT INTO fiscal.writer_shop VALUES ('$login', 'other')");
        try {
            $this->same([], $target->results('main', [$key]));
        } finally {
            pg_query($super, 'DELETE FROM fiscal.writer_shop');
        }
        // Events of other kinds are none of its business.
        pg_query($super, "SELECT fiscal.enqueue('main', 'order.paid', 'payment:1', '', '{}')");
        $this->same([], $target->results('main', ['payment:1']));
    }

    public function testAQuestionThatFailsSparesTheShopsTransaction(): void
    {
        Site::fresh('direct');
        $check = $this->check();
        CheckManager::print($check);
        $super = Site::superuser('direct');
        pg_query($super, 'REVOKE EXECUTE ON FUNCTION fiscal.check_results FROM fiscal_writer');
        $connection = Application::getConnection();
        try {
            $connection->startTransaction();
            $answer = Manager::getObjectById(1)->check(CheckManager::getObjectById($check));
            CashboxCheckTable::update($check, ['SUM' => '7']);
            $connection->commitTransaction();
            $fault = $this->throws(TargetAway::class, CheckSweep::run(...));
        } finally {
            pg_query($super, 'GRANT EXECUTE ON FUNCTION fiscal.check_results TO fiscal_writer');
        }
        $this->true($answer->getErrors()[0] instanceof Warning, 'not yet');
        $this->true(str_starts_with($fault->getMessage(), '42501 '), $fault->getMessage());
        $this->same($fault->getMessage(), Report::make()['checks_error']);
        $this->same('7', (string)(int)Site::value("SELECT SUM AS S FROM b_sale_cashbox_check WHERE ID = $check"));
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

    private function check(array $buyer = []): int
    {
        // From the beginning, not from now on.
        Option::set('fiscal.relay', 'way', 'cashbox');
        Shop::register();
        $order = Shop::kettles(buyer: $buyer + Shop::BUYER);
        $order->getBasket()[0]->setField('MARKING', self::MARK);
        Shop::payment($order)->setPaid(true);
        $order->save();

        return Shop::check($order, 'sell', payment: true);
    }

    private function status(int $check): string
    {
        return (string)Site::value("SELECT STATUS AS S FROM b_sale_cashbox_check WHERE ID = $check");
    }

    private function receipt(string $kind, int $check, string $values, int $edition = 1): void
    {
        pg_query(
            Site::superuser($kind),
            'INSERT INTO fiscal.receipt (event_id, part, edition, shop, settlement_key, type, total, provider,'
            . ' destination, external_id, document, request, request_digest, closed_at, state, fn, fd, fpd,'
            . " refusal_message) SELECT id, 1, $edition, shop, event_key, 'sell', 148000, 'x', 'x',"
            . " event_key || '.$edition', '{}', '', sha256(''), now(), $values"
            . " FROM fiscal.outbox WHERE event_key = 'check:shop.example.ru:$check'"
        ) || $this->true(false, 'no receipt');
    }

    private function die(string $kind, int $check, string $reason): void
    {
        pg_query(Site::superuser($kind), "UPDATE fiscal.job SET state = 'dead', reason_code = 'x', reason = '$reason'"
            . " WHERE id = (SELECT id FROM fiscal.outbox WHERE event_key = 'check:shop.example.ru:$check')")
            || $this->true(false, 'no job');
    }
}
