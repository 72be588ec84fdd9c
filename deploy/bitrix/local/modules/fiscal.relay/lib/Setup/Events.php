<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Bitrix\Main\EventManager;
use Fiscal\Relay\Cashbox\Registration;
use Fiscal\Relay\Events\Handlers;
use Fiscal\Relay\Module;
use Fiscal\Relay\Rest\Service;

/** One list for registering, un-registering and checking: names that differ leave rows behind for ever. */
final class Events
{
    public const ALL = [
        ['sale', 'OnSalePaymentEntitySaved', Handlers::class, 'onPaymentSaved'],
        ['sale', 'OnShipmentDeducted', Handlers::class, 'onShipmentDeducted'],
        ['sale', 'OnSaleOrderSaved', Handlers::class, 'onOrderSaved'],
        ['sale', 'OnSaleOrderPaid', Handlers::class, 'onOrderPaid'],
        ['sale', 'OnSaleOrderCanceled', Handlers::class, 'onOrderCanceled'],
        ['sale', 'OnGetCustomCashboxHandlers', Registration::class, 'onGetCustomCashboxHandlers'],
        ['rest', 'OnRestServiceBuildDescription', Service::class, 'onBuildDescription'],
    ];

    public static function register(): void
    {
        foreach (self::ALL as [$module, $event, $class, $method]) {
            EventManager::getInstance()->registerEventHandler($module, $event, Module::ID, $class, $method);
        }
    }

    public static function unregister(): void
    {
        foreach (self::ALL as [$module, $event, $class, $method]) {
            EventManager::getInstance()->unRegisterEventHandler($module, $event, Module::ID, $class, $method);
        }
    }

    /** @return list<string> events that nobody of ours listens to */
    public static function missing(): array
    {
        $missing = [];
        foreach (self::ALL as [$module, $event, $class, $method]) {
            $found = false;
            foreach (EventManager::getInstance()->findEventHandlers($module, $event) as $handler) {
                $found = $found || (
                    ltrim((string)($handler['TO_CLASS'] ?? ''), '\\') === $class
                    && strcasecmp((string)($handler['TO_METHOD'] ?? ''), $method) === 0
                );
            }
            if (!$found) {
                $missing[] = "$module:$event";
            }
        }

        return $missing;
    }
}
