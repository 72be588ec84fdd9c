<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Fiscal\Relay\Options\SettlementTable;
use Fiscal\Relay\Text\Decimal;
use Fiscal\Relay\Text\Json;
use Fiscal\Tests\Suite;

final class ValueSuite extends Suite
{
    public function testAmountsAreExact(): void
    {
        foreach (
            [
                [0.1 + 0.2, '0.30'], ['1480', '1480.00'], [1480.0, '1480.00'], ['0.005', '0.01'], ['-0.005', '-0.01'],
                ['0.0049999', '0.00'], [19.99, '19.99'], [1.005, '1.01'], ['999.995', '1000.00'], [0, '0.00'],
                ['12345678.125', '12345678.13'], [9999999999.99, '9999999999.99'], ['.5', '0.50'], [null, '0.00'],
                ['1.0E-5', '0.00'], [1e3, '1000.00'],
            ] as [$value, $text]
        ) {
            $this->same($text, Decimal::money($value), json_encode($value));
        }
        for ($kopecks = 1; $kopecks < 20000; $kopecks += 7) {
            $this->same(Decimal::fromKopecks($kopecks), Decimal::money($kopecks / 100));
            $this->same($kopecks, Decimal::kopecks(Decimal::fromKopecks($kopecks)));
        }
    }

    public function testPricesQuantitiesAndRates(): void
    {
        $this->same('33.3333', Decimal::price(100 / 3));
        $this->same('590.00', Decimal::price('590.0000'));
        $this->same('33.33333333', Decimal::exact(100 / 3));
        $this->same('2', Decimal::quantity(2.0));
        $this->same('0.35', Decimal::quantity(0.35));
        $this->same(['0.123456', '0.3', '0.333333'], array_map(Decimal::quantity(...), ['0.123456', 0.1 + 0.2, 1 / 3]));
        $this->same('0.22', Decimal::rate(0.22));
        $this->same('0', Decimal::rate('0.0000'));
        $this->same(null, Decimal::rate(null));
        $this->throws(\InvalidArgumentException::class, static fn () => Decimal::money('12,50'));
        $this->throws(\InvalidArgumentException::class, static fn () => Decimal::money(NAN));
    }

    public function testStatedNumbersAreNotRounded(): void
    {
        foreach (
            [
                ['0.123456', 6, '0.123456'], ['1.500000000', 1, '1.5'], [0.1 + 0.2, 3, '0.3'], [7, 0, '7'], ['1e3', 0, '1000'],
                ['-1.5E-2', 3, '-0.015'], ['.5', 1, '0.5'], ['98765432109876543210.123456', 6, '98765432109876543210.123456'],
                ['0.1234', 3, null], [1 / 3, 6, null], ['1e-7', 6, null], ['0.00000000001', 6, null], ['1,5', 3, null],
                ['', 3, null], [null, 3, null], [true, 3, null], [NAN, 3, null], ['1e999', 3, null], ['e5', 3, null],
            ] as [$value, $places, $text]
        ) {
            if ($text !== null) {
                $this->same($text, Decimal::stated($value, 'f', $places));
            } else {
                $fault = $this->throws(\InvalidArgumentException::class, static fn () => Decimal::stated($value, 'f', $places));
                $this->true(str_starts_with($fault->getMessage(), 'f: '), $fault->getMessage());
            }
        }
        $this->same('5.00', Decimal::stated('5', 'f', 4, 2));
    }

    public function testJsonIsAsciiWithoutNul(): void
    {
        foreach ([["a\0b" => "c\0\0d"], ["x\\\0y"], ['\\u0000'], ["\\\\\0"], [(object)["k\0" => ["\0"]]]] as $value) {
            $clean = json_decode(Json::encode($value));
            $this->true($clean !== null && !str_contains(var_export($clean, true), "\0"), json_encode($value));
        }
        $this->same(['\\u0000'], json_decode(Json::encode(['\\u0000'])), 'what only looks like it stays');
        $mark = "010460620309000021\x1d93abcd";
        $json = Json::encode(['name' => "Чай\0ник 🫖", 'mark' => $mark, 'bad' => "\xff"]);
        $this->true(preg_match('/^[\x20-\x7e]+$/', $json) === 1, 'ASCII');
        $back = json_decode($json, true);
        $this->same('Чайник 🫖', $back['name']);
        $this->same($mark, $back['mark']);
    }

    public function testSettlementRules(): void
    {
        [$rules, $faults] = SettlementTable::parse("3 * full_payment\n# note\n\n* 5 advance\n3 5 full_prepayment\nx y z");
        $this->same(3, count($rules));
        $this->same(['x y z'], $faults);
    }

    public function testLanguagesSayTheSame(): void
    {
        $root = dirname(__DIR__, 2) . '/local/modules/fiscal.relay';
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator("$root/lang/ru"));
        foreach ($files as $file) {
            if ($file->isFile()) {
                $MESS = [];
                include $file->getPathname();
                $russian = $MESS;
                $MESS = [];
                include str_replace('/lang/ru/', '/lang/en/', $file->getPathname());
                $this->same(array_keys($russian), array_keys($MESS), $file->getFilename());
            }
        }
    }
}
