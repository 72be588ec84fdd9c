<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox;

use Bitrix\Main\Type\DateTime;
use Bitrix\Sale\Order;

class Check
{
    public const PARAM_REG_NUMBER_KKT = 'reg_number_kkt';
    public const PARAM_FISCAL_DOC_ATTR = 'fiscal_doc_attribute';
    public const PARAM_FISCAL_DOC_NUMBER = 'fiscal_doc_number';
    public const PARAM_FISCAL_RECEIPT_NUMBER = 'fiscal_receipt_number';
    public const PARAM_FN_NUMBER = 'fn_number';
    public const PARAM_SHIFT_NUMBER = 'shift_number';
    public const PARAM_DOC_SUM = 'doc_sum';
    public const PARAM_DOC_TIME = 'doc_time';
    public const PARAM_CALCULATION_ATTR = 'calculation_attribute';

    public function __construct(private readonly array $fields)
    {
    }

    public static function getCalculatedSign(): string
    {
        return 'income';
    }

    public function getField(string $name): mixed
    {
        $value = $this->fields[$name] ?? null;

        return $value !== null && str_starts_with($name, 'DATE_') ? new DateTime($value) : $value;
    }

    public function getDataForCheck(): array
    {
        $order = Order::load((int)$this->fields['ORDER_ID']);
        $items = [];
        foreach ($order->getBasket() as $item) {
            $items[] = [
                'entity' => $item, 'name' => $item->getField('NAME'), 'base_price' => $item->getPriceWithVat(),
                'price' => $item->getPriceWithVat(), 'sum' => $item->getPriceWithVat() * $item->getQuantity(),
                'currency' => 'RUB', 'quantity' => $item->getQuantity(), 'measure_code' => '796', 'vat' => 3,
                'vat_sum' => 33.333333333333, 'payment_object' => 'commodity', 'properties' => [],
                'marking_code' => $item->getField('MARKING'), 'nomenclature_code' => "DM\x00\xff",
            ];
        }
        foreach ($order->getPaymentCollection() as $payment) {
            $payments[] = [
                'entity' => $payment, 'type' => 'cashless', 'is_cash' => 'N', 'sum' => $payment->getSum(),
                'currency' => 'RUB',
            ];
        }

        return [
            'type' => $this->fields['TYPE'], 'calculated_sign' => 'income', 'unique_id' => $this->fields['ID'],
            'date_create' => new DateTime(), 'order' => $order, 'items' => $items, 'payments' => $payments ?? [],
            'client_email' => $order->getPropertyCollection()->getUserEmail()?->getValue(),
            'total_sum' => (float)$this->fields['SUM'],
        ];
    }
}
