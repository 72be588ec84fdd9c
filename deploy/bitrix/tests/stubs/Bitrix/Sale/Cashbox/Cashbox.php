<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox;

abstract class Cashbox
{
    private function __construct(private readonly array $fields)
    {
    }

    public static function create(array $settings): ?self
    {
        $event = new \Bitrix\Main\Event('sale', 'OnGetCustomCashboxHandlers');
        $event->send();
        foreach ($event->getResults() as $result) {
            if (isset($result->getParameters()[$settings['HANDLER']])) {
                return new $settings['HANDLER']($settings);
            }
        }

        return null;
    }

    public function getField(string $name): mixed
    {
        return $this->fields[$name] ?? null;
    }

    abstract public function buildCheckQuery(Check $check);

    abstract public function buildZReportQuery($id);

    protected static function extractCheckData(array $data)
    {
        return [];
    }

    public static function applyCheckResult(array $data)
    {
        $result = static::extractCheckData($data);

        return CheckManager::savePrintResult((int)($result['ID'] ?? 0), $result);
    }
}
