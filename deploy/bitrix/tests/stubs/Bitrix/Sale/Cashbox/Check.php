<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox;

use Bitrix\Main\Config\Option;
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

    /** With PAYMENT_ID a check of money, with SHIPMENT_ID alone one of goods that were paid before. */
    public function getDataForCheck(): array
    {
        $order = Order::load((int)$this->fields['ORDER_ID']);
        $type = (string)$this->fields['TYPE'];
        $isReturn = str_contains($type, 'return');
        $isClosing = !$isReturn && $this->getField('SHIPMENT_ID') !== null && $this->getField('PAYMENT_ID') === null;
        $isGeneral = str_starts_with($type, 'advance') || str_starts_with($type, 'creditpayment');
        $items = $isGeneral ? [$this->general()] : $this->items($order, str_contains($type, 'prepayment'));
        $payments = [];
        foreach ($order->getPaymentCollection() as $payment) {
            if (in_array((int)$this->getField('PAYMENT_ID'), [0, $payment->getId()], true)) {
                $isCash = str_ends_with($type, 'cash') || $payment->getPaySystem()->getField('IS_CASH') === 'Y';
                $payments[] = [
                    'entity' => $payment, 'is_cash' => $isCash ? 'Y' : 'N', 'sum' => $payment->getSum(),
                    'type' => match (true) {
                        $type === 'credit' => 'credit', $isClosing => 'advance', $isCash => 'cash', default => 'cashless',
                    },
                    'currency' => 'RUB',
                ];
            }
        }

        return [
            'type' => $type, 'calculated_sign' => $isReturn ? 'consumption' : 'income',
            'unique_id' => $this->fields['ID'], 'date_create' => new DateTime(), 'order' => $order, 'items' => $items,
            'payments' => $payments, 'total_sum' => (float)$this->fields['SUM'],
            'client_email' => $order->getPropertyCollection()->getUserEmail()?->getValue()
                ?? Option::get('main', 'email_from', 'shop@example.ru'),
        ];
    }

    private function general(): array
    {
        return [
            'name' => 'Аванс', 'price' => (float)$this->fields['SUM'], 'base_price' => (float)$this->fields['SUM'],
            'sum' => (float)$this->fields['SUM'], 'quantity' => 1, 'currency' => 'RUB', 'vat' => 0, 'vat_sum' => 0,
            'payment_object' => 'payment',
        ];
    }

    private function items(Order $order, bool $isPrepaid): array
    {
        $items = [];
        foreach ($order->getBasket() as $item) {
            $mark = (string)$item->getField('MARKING');
            $items[] = [
                'entity' => $item, 'name' => $item->getField('NAME'), 'base_price' => $item->getPriceWithVat(),
                'price' => $item->getPriceWithVat(), 'sum' => $item->getPriceWithVat() * $item->getQuantity(),
                'currency' => 'RUB', 'quantity' => $item->getQuantity(), 'measure_code' => '796', 'vat' => 3,
                'vat_sum' => 33.333333333333, 'properties' => [],
                'payment_object' => $isPrepaid ? 'payment' : ($mark === '' ? 'commodity' : 'commodity_marking'),
            ] + ($mark === '' ? [] : ['marking_code' => $mark, 'nomenclature_code' => "DM\x00\xff"]);
        }
        foreach ($order->getShipmentCollection() as $shipment) {
            if ($shipment->getPrice() > 0) {
                $items[] = [
                    'entity' => $shipment, 'name' => $shipment->getField('DELIVERY_NAME'),
                    'base_price' => $shipment->getPrice(), 'price' => $shipment->getPrice(),
                    'sum' => $shipment->getPrice(), 'currency' => 'RUB', 'quantity' => 1, 'vat' => 3, 'vat_sum' => 0,
                    'payment_object' => $isPrepaid ? 'payment' : 'service',
                ];
            }
        }

        return $items;
    }
}
