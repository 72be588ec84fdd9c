<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox;

use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Bitrix\Sale\Result;

class CheckManager
{
    public static function getObjectById(mixed $id): ?Check
    {
        $row = CashboxCheckTable::getList(['filter' => ['=ID' => $id]])->fetch();

        return $row ? new Check($row) : null;
    }

    public static function getCheckInfoByExternalUuid(string $uuid): array|false
    {
        return CashboxCheckTable::getList(['filter' => ['=EXTERNAL_UUID' => $uuid]])->fetch();
    }

    public static function savePrintResult(int $id, array $data): Result
    {
        $row = CashboxCheckTable::getList(['filter' => ['=ID' => $id]])->fetch();
        if ($row && $row['STATUS'] !== 'Y') {
            CashboxCheckTable::update($id, [
                'STATUS' => isset($data['ERROR']) ? 'E' : 'Y',
                'LINK_PARAMS' => json_encode($data['LINK_PARAMS']),
                'ERROR_MESSAGE' => $data['ERROR']['MESSAGE'] ?? null,
            ]);
        }

        return new Result();
    }

    /** As the core does: "printing" before the register is asked, its number after it has answered. */
    public static function print(int $id): Result
    {
        CashboxCheckTable::update($id, ['STATUS' => 'P', 'DATE_PRINT_START' => date('Y-m-d H:i:s')]);
        $check = self::getObjectById($id);
        $result = Manager::getObjectById((int)$check->getField('CASHBOX_ID'))->printImmediately($check);
        CashboxCheckTable::update($id, $result->isSuccess()
            ? ['EXTERNAL_UUID' => $result->getData()['UUID'] ?? '']
            : ['STATUS' => 'E', 'ERROR_MESSAGE' => $result->getErrors()[0]->getMessage()]);

        return $result;
    }
}
