<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Fiscal\Relay\Agent;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Rest\Service;
use Fiscal\Relay\Store\State;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** Ways in for which Bitrix loads no more than our own module: each in a process of its own. */
final class EntrySuite extends Suite
{
    private const SWEEP = '\\' . Agent::class . '::sweep();';

    public function testTheAgentOfTheSweep(string $kind): void
    {
        $this->unseenPayment();
        Application::getConnection()->queryExecute(
            "INSERT INTO b_sale_person_type (ID, NAME, ENTITY_REGISTRY_TYPE) VALUES (3, 'P3', 'ORDER')"
        );
        $check = $this->cutOffCheck();
        $this->same(['answer' => self::SWEEP, 'log' => ''], $this->enter('agent', 'sweep'));
        $this->same(
            ['order.paid', 'cashbox.check'],
            array_column(Application::getConnection()->query(
                'SELECT KIND AS KIND FROM fiscal_relay_outbox ORDER BY ID'
            )->fetchAll(), 'KIND')
        );
        $this->same(3, (int)Site::value('SELECT COUNT(*) AS N FROM b_sale_order_props WHERE PERSON_TYPE_ID = 3'));
        $this->same("check:shop.example.ru:$check", Site::value(
            "SELECT EXTERNAL_UUID AS U FROM b_sale_cashbox_check WHERE ID = $check"
        ));
        $this->same(null, State::get('sweep_error'));
    }

    public function testTheAgentOfTheRelay(string $kind): void
    {
        Shop::paid();
        $this->same(
            ['answer' => '\\' . Agent::class . '::relay();', 'log' => ''],
            $this->enter('agent', 'relay')
        );
        $this->same(['order.paid'], Site::kinds($kind));
        $this->same(0, (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox WHERE SENT_AT IS NULL'));
    }

    public function testTheMethodOfRest(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        $query = ['orders' => [['id' => $order->getId(), 'properties' => ['CLOUDKASSIR_FD' => '7']]]];
        $said = $this->enter('rest', Service::METHOD, json_encode($query, JSON_THROW_ON_ERROR));
        $this->same(['answer' => ['orders' => [
            ['id' => $order->getId(), 'values' => ['CLOUDKASSIR_FD' => '7'], 'missing' => [], 'unfit' => []],
        ]], 'log' => ''], $said);
    }

    public function testACallOfTheShopsCode(string $kind): void
    {
        $payment = Shop::payment(Shop::paid())->getId();
        $this->same(['answer' => true, 'log' => ''], $this->enter('code', (string)$payment, 'R-1'));
        $this->same(1, (int)Site::value("SELECT COUNT(*) AS N FROM fiscal_relay_outbox WHERE EVENT_KEY = 'refund:$payment:R-1'"));
    }

    /** Removed, or its trial has run out: that is one fault, and not one of each order. */
    public function testWithoutTheModuleOfOrdersOneFaultIsTold(): void
    {
        Site::fresh('mysql');
        $this->unseenPayment();
        $without = ['FISCAL_TEST_WITHOUT' => 'sale'];
        ['answer' => $answer, 'log' => $log] = $this->enter('agent', 'sweep', '', $without);
        $this->same(self::SWEEP, $answer, 'the agent lives on');
        $this->same(1, substr_count($log, "\n"), $log);
        $this->true(str_contains($log, 'the module sale'), $log);
        $this->same([null, null], [State::get('sweep_error'), State::get('sweep_at')]);
        $query = json_encode(['orders' => [['id' => 1, 'properties' => ['CLOUDKASSIR_FD' => '7']]]], JSON_THROW_ON_ERROR);
        ['answer' => $answer, 'log' => $log] = $this->enter('rest', Service::METHOD, $query, $without);
        $this->same(['orders' => [['id' => 1, 'error' => 'WRITE_FAILED']]], $answer);
        $this->true(str_contains($log, 'the module sale'), $log);
    }

    private function unseenPayment(): void
    {
        Settings::set('enabled', 'N');
        Shop::paid();
        Settings::set('enabled', 'Y');
    }

    /** Dead between "printing" and our row, before the way was changed to events. */
    private function cutOffCheck(): int
    {
        Shop::register();
        $order = Shop::kettles();
        $order->save();
        $check = Shop::check($order, 'sell', payment: true);
        $begun = date('Y-m-d H:i:s', time() - 600);
        Application::getConnection()->queryExecute(
            "UPDATE b_sale_cashbox_check SET STATUS = 'P', DATE_PRINT_START = '$begun' WHERE ID = $check"
        );
        Settings::set('way_changes', date('Y-m-d H:i:s', time() - 300) . ' cashbox');

        return $check;
    }

    /** @return array{answer: mixed, log: string} */
    private function enter(string $way, string $name, string $with = '', array $environment = []): array
    {
        return Site::decoded(Site::run(__DIR__ . '/../support/entry.php', [$way, $name, $with], $environment));
    }
}
