<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Rest\RestException;
use Bitrix\Sale\Internals\OrderPropsTable;
use Bitrix\Sale\Internals\OrderPropsValueTable;
use Fiscal\Relay\Rest\Service;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class RestSuite extends Suite
{
    private const SIGNS = ['CLOUDKASSIR_FD' => '7', 'CLOUDKASSIR_FN' => '9282', 'CLOUDKASSIR_FPD' => '12'];

    public function testSetsPropertiesAndTouchesNothingElse(string $kind): void
    {
        $id = $this->order();
        OrderPropsValueTable::add([
            'ORDER_ID' => $id, 'ENTITY_ID' => $id, 'ENTITY_TYPE' => 'ORDER', 'ORDER_PROPS_ID' => 99999, 'CODE' => 'CITY',
            'NAME' => 'Город', 'VALUE' => 'Тула', 'XML_ID' => '',
        ]);
        for ($i = 0; $i < 2; $i++) {
            [$first, $second] = $this->call(
                ['id' => $id, 'properties' => self::SIGNS],
                ['id' => $id + 1000, 'properties' => self::SIGNS]
            );
            ksort($first['values']);
            $this->same(['id' => $id, 'values' => self::SIGNS, 'missing' => [], 'unfit' => []], $first);
            $this->same(['id' => $id + 1000, 'error' => 'ORDER_NOT_FOUND'], $second);
        }
        // As a form sends it: ids are text, and keys in any case.
        Service::setProperties(['ORDERS' => [['ID' => "$id", 'PROPERTIES' => ['CLOUDKASSIR_FD' => '8']]]]);
        $this->same('8', Site::value("SELECT VALUE AS V FROM b_sale_order_props_value WHERE CODE = 'CLOUDKASSIR_FD'"));
        $this->same('Тула', Site::value("SELECT VALUE AS V FROM b_sale_order_props_value WHERE CODE = 'CITY'"));
        $this->same(4, (int)Site::value('SELECT COUNT(*) AS N FROM b_sale_order_props_value'));
        $this->same(1, (int)Site::value("SELECT VERSION AS N FROM b_sale_order WHERE ID = $id"), 'the order was not saved');
    }

    public function testWhatStandsAlreadyIsNotWritten(string $kind): void
    {
        $id = $this->order();
        $this->call(['id' => $id, 'properties' => self::SIGNS]);
        $connection = Application::getConnection();
        $connection->statements = [];
        $this->call(['id' => $id, 'properties' => self::SIGNS]);
        $writes = preg_grep('/^(INSERT|UPDATE|DELETE)/', $connection->statements);
        $this->same([], array_values($writes));
    }

    public function testSaysWhatAPersonTypeLacksAndWhatIsNoText(string $kind): void
    {
        $id = $this->order();
        Application::getConnection()->queryExecute("DELETE FROM b_sale_order_props WHERE CODE = 'CLOUDKASSIR_FN'");
        Application::getConnection()->queryExecute(
            "UPDATE b_sale_order_props SET MULTIPLE = 'Y' WHERE CODE = 'CLOUDKASSIR_FD'"
        );
        // A shipment's property is none of the order's.
        OrderPropsTable::add(['PERSON_TYPE_ID' => 1, 'CODE' => 'CLOUDKASSIR_FN', 'ENTITY_TYPE' => 'SHIPMENT', 'TYPE' => 'STRING']);
        [$answer] = $this->call(['id' => $id, 'properties' => self::SIGNS]);
        $this->same([
            'id' => $id, 'values' => ['CLOUDKASSIR_FPD' => '12'], 'missing' => ['CLOUDKASSIR_FN'],
            'unfit' => ['CLOUDKASSIR_FD'],
        ], $answer);
    }

    public function testAFaultOfTheDatabaseWritesNothingOfTheOrder(string $kind): void
    {
        $id = $this->order();
        $other = $this->order();
        $connection = Application::getConnection();
        $connection->queryExecute(
            "ALTER TABLE b_sale_order_props_value ADD CONSTRAINT no_fn CHECK (CODE <> 'CLOUDKASSIR_FN')"
        );
        try {
            [$failed, $written] = $this->call(
                ['id' => $id, 'properties' => ['CLOUDKASSIR_FD' => '7', 'CLOUDKASSIR_FN' => '9282440300669999']],
                ['id' => $other, 'properties' => ['CLOUDKASSIR_FD' => '8']]
            );
        } finally {
            $connection->queryExecute('ALTER TABLE b_sale_order_props_value DROP CONSTRAINT no_fn');
        }
        $this->same(['id' => $id, 'error' => 'WRITE_FAILED'], $failed);
        $this->same(['CLOUDKASSIR_FD' => '8'], $written['values']);
        $this->same(0, (int)Site::value("SELECT COUNT(*) AS N FROM b_sale_order_props_value WHERE ORDER_ID = $id"));
    }

    public function testRefusesTheWholeCallBeforeAnythingIsWritten(string $kind): void
    {
        $id = $this->order();
        $good = ['id' => $id, 'properties' => self::SIGNS];
        foreach (
            [
                'ERROR_PROPERTY_NOT_ALLOWED' => [[$good, ['id' => $id, 'properties' => ['CITY' => 'Омск']]]],
                'ERROR_ARGUMENT' => [
                    [], 'x', [$good, ['id' => 0, 'properties' => self::SIGNS]], [$good, ['id' => $id]],
                    [$good, ['id' => $id, 'properties' => ['CLOUDKASSIR_FD' => str_repeat('я', 501)]]],
                    [$good, ['id' => $id, 'properties' => ['CLOUDKASSIR_FD' => ['1']]]],
                    array_fill(0, 201, $good),
                ],
            ] as $code => $calls
        ) {
            foreach ($calls as $orders) {
                $this->same($code, $this->throws(
                    RestException::class,
                    static fn () => Service::setProperties(['orders' => $orders])
                )->getErrorCode());
            }
        }
        \CRestUtil::$admin = false;
        try {
            $this->same('ACCESS_DENIED', $this->throws(
                RestException::class,
                static fn () => Service::setProperties(['orders' => [$good]])
            )->getErrorCode());
        } finally {
            \CRestUtil::$admin = true;
        }
        $this->same(0, (int)Site::value('SELECT COUNT(*) AS N FROM b_sale_order_props_value'));
    }

    private function order(): int
    {
        $order = Shop::kettles();
        $order->save();

        return $order->getId();
    }

    /** @return list<array> */
    private function call(array ...$orders): array
    {
        $method = Service::onBuildDescription()[Service::SCOPE][Service::METHOD];

        return $method(['orders' => $orders])['orders'];
    }
}
