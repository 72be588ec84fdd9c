<?php

declare(strict_types=1);

namespace Fiscal\Relay\Cashbox;

use Bitrix\Main\Localization\Loc;
use Bitrix\Sale\Cashbox\Cashbox;
use Bitrix\Sale\Cashbox\Check;
use Bitrix\Sale\Cashbox\CheckManager;
use Bitrix\Sale\Cashbox\Errors;
use Bitrix\Sale\Cashbox\ICheckable;
use Bitrix\Sale\Cashbox\IPrintImmediately;
use Bitrix\Sale\Result;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\TransactionLost;

Loc::loadMessages(__FILE__);

/**
 * A cash register for shops that let Bitrix decide on receipts: printing is one INSERT, and what the worker stored is
 * reported back. Runs inside the order's save, so it neither waits for the network nor throws; one thing is passed on:
 * that nothing is saved any more.
 */
class RelayCashbox extends Cashbox implements IPrintImmediately, ICheckable
{
    public static function getName()
    {
        return Loc::getMessage('FISCAL_RELAY_CASHBOX_NAME');
    }

    /** Without this Bitrix knows only sale and return. */
    public static function isSupportedFFD105()
    {
        return true;
    }

    public static function getFfdVersion(): ?float
    {
        return 1.05;
    }

    public function buildCheckQuery(Check $check)
    {
        return json_decode(CheckSnapshot::fact($check, $this)->payload, true);
    }

    public function buildZReportQuery($id)
    {
        return [];
    }

    /**
     * Printing again after an error sends the same key: nothing is doubled, and the worker's person decides.
     *
     * @throws TransactionLost MySQL has rolled back the transaction that the shop's own code had opened round the save
     */
    public function printImmediately(Check $check)
    {
        $result = new Result();
        try {
            if (!Settings::takesChecks()) {
                return $result->addError(new Errors\Error(Loc::getMessage('FISCAL_RELAY_CASHBOX_OFF')));
            }
            $fact = CheckSnapshot::fact($check, $this);
            if (!Outbox::record($fact, Outbox::SOURCE_EVENT)) {
                $known = Outbox::digest($fact->shop, $fact->key(null));
                if ($known === null || $known !== hash('sha256', $fact->payload)) {
                    return $result->addError(new Errors\Error(Loc::getMessage('FISCAL_RELAY_CASHBOX_CONFLICT')));
                }
            }
            $result->setData(['UUID' => CheckSnapshot::uuid((int)$check->getField('ID'))]);
        } catch (TransactionLost $lost) {
            throw $lost;
        } catch (\Throwable $fault) {
            Module::report($fault);
            $result->addError(new Errors\Error(Loc::getMessage('FISCAL_RELAY_CASHBOX_FAILED')));
        }

        return $result;
    }

    /** Asks what became of a check; "not yet" is a warning, never a printed check without numbers. */
    public function check(Check $check)
    {
        $result = new Result();
        try {
            $answer = CheckResults::of([(int)$check->getField('ID')])[(int)$check->getField('ID')] ?? null;
        } catch (\Throwable $fault) {
            Module::report($fault);
            $answer = null;
        }
        if ($answer === null) {
            return $result->addError(new Errors\Warning(Loc::getMessage('FISCAL_RELAY_CASHBOX_WAIT')));
        }

        return static::applyCheckResult($answer);
    }

    protected static function extractCheckData(array $data)
    {
        $info = CheckManager::getCheckInfoByExternalUuid((string)($data['UUID'] ?? ''));
        if (empty($info)) {
            return [];
        }
        $result = ['ID' => $info['ID'], 'CHECK_TYPE' => $info['TYPE']];
        if (($data['STATUS'] ?? '') === 'ERROR') {
            $result['ERROR'] = ['TYPE' => Errors\Error::TYPE, 'MESSAGE' => (string)($data['ERROR'] ?? '')];
        }
        $check = CheckManager::getObjectById($info['ID']);
        $result['LINK_PARAMS'] = [
            Check::PARAM_REG_NUMBER_KKT => $data['REG_NUMBER_KKT'] ?? '',
            Check::PARAM_FISCAL_DOC_ATTR => $data['FISCAL_DOC_ATTR'] ?? '',
            Check::PARAM_FISCAL_DOC_NUMBER => $data['FISCAL_DOC_NUMBER'] ?? '',
            Check::PARAM_FISCAL_RECEIPT_NUMBER => $data['FISCAL_RECEIPT_NUMBER'] ?? '',
            Check::PARAM_FN_NUMBER => $data['FN_NUMBER'] ?? '',
            Check::PARAM_SHIFT_NUMBER => $data['SHIFT_NUMBER'] ?? '',
            Check::PARAM_DOC_SUM => (float)$info['SUM'],
            Check::PARAM_DOC_TIME => (int)($data['PRINT_END_TIME'] ?? time()),
            Check::PARAM_CALCULATION_ATTR => $check ? $check::getCalculatedSign() : '',
        ];

        return $result;
    }

    protected static function extractZReportData(array $data)
    {
        return [];
    }

    protected static function getErrorType($errorCode)
    {
        return Errors\Error::TYPE;
    }
}
