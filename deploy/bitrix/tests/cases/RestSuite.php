<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Rest\RestException;
use Bitrix\Sale\Internals\OrderPropsTable;
use Bitrix\Sale\Internals\OrderPropsValueTable;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Rest\Service;
use Fiscal\Relay\Setup\Properties;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class RestSuite extends Suite
{
    private const FIXTURES = __DIR__ . '/../rest';
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
                    [], 'x', [$good, ['id' => 0, 'properties' => self::SIGNS]], [$good, ['id' => $id]], [$good, ['id' => true, 'properties' => self::SIGNS]],
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

    /**
     * What the worker's client sends, byte for byte, and what it is answered: its own tests read the same files. With
     * FISCAL_TEST_WRITE_PAYLOADS set the answers are written anew instead of compared.
     */
    public function testAnswersToWhatTheWorkerSends(string $kind): void
    {
        $connection = Application::getConnection();
        Settings::set('property_codes', 'CLOUDKASSIR_FN,CLOUDKASSIR_FD,CLOUDKASSIR_FPD,CLOUDKASSIR_LINK');
        Properties::create();
        foreach ([1001 => 1, 1002 => 1, 1003 => 1, 1005 => 2] as $id => $person) {
            $connection->queryExecute(
                "INSERT INTO b_sale_order (ID, LID, PERSON_TYPE_ID, ACCOUNT_NUMBER) VALUES ($id, 's1', $person, '$id/A')"
            );
        }
        $connection->queryExecute("DELETE FROM b_sale_order_props WHERE PERSON_TYPE_ID = 2 AND CODE = 'CLOUDKASSIR_FPD'");
        $connection->queryExecute(
            "UPDATE b_sale_order_props SET MULTIPLE = 'Y' WHERE PERSON_TYPE_ID = 2 AND CODE = 'CLOUDKASSIR_FD'"
        );
        $connection->queryExecute("ALTER TABLE b_sale_order_props_value ADD CONSTRAINT full_disk CHECK (VALUE <> 'refused')");
        try {
            foreach (['signs', 'texts', 'gaps', 'forbidden', 'failed'] as $name) {
                $file = self::FIXTURES . "/$name.answer.json";
                $answer = $this->answer((string)file_get_contents(self::FIXTURES . "/$name.request.json"));
                if (getenv('FISCAL_TEST_WRITE_PAYLOADS')) {
                    file_put_contents($file, $answer);
                }
                $this->same((string)file_get_contents($file), $answer, $name);
            }
        } finally {
            $connection->queryExecute('ALTER TABLE b_sale_order_props_value DROP CONSTRAINT full_disk');
        }
        $this->same(Service::METHOD . "\n", (string)file_get_contents(self::FIXTURES . '/method.txt'));
    }

    /** As Bitrix's REST module handles a request with a JSON body, without "time". */
    private function answer(string $body): string
    {
        try {
            $answer = ['result' => $this->method()(json_decode($body, true, 512, JSON_THROW_ON_ERROR))];
        } catch (RestException $fault) {
            $answer = ['error' => $fault->getErrorCode(), 'error_description' => $fault->getMessage()];
        }
        $hex = JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT;

        return json_encode($answer, $hex | JSON_THROW_ON_ERROR) . "\n";
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
        return $this->method()(['orders' => $orders])['orders'];
    }

    private function method(): callable
    {
        return Service::onBuildDescription()[Service::SCOPE][Service::METHOD];
    }
}
