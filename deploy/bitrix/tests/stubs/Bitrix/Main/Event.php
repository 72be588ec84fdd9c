<?php

declare(strict_types=1);

namespace Bitrix\Main;

class Event
{
    /** @var list<EventResult> */
    private array $results = [];

    public function __construct(
        private readonly string $module,
        private readonly string $type,
        private readonly array $parameters = [],
    ) {
    }

    public function getModuleId(): string
    {
        return $this->module;
    }

    public function getEventType(): string
    {
        return $this->type;
    }

    public function getParameter(string $name): mixed
    {
        return $this->parameters[$name] ?? null;
    }

    public function getParameters(): array
    {
        return $this->parameters;
    }

    public function send(): void
    {
        foreach (EventManager::getInstance()->findEventHandlers($this->module, $this->type) as $handler) {
            if (isset($handler['TO_MODULE_ID']) && !Loader::includeModule($handler['TO_MODULE_ID'])) {
                continue;
            }
            $callback = $handler['CALLBACK'] ?? [$handler['TO_CLASS'], $handler['TO_METHOD']];
            $result = $callback($this);
            if ($result instanceof EventResult) {
                $this->results[] = $result;
            }
        }
    }

    public function getResults(): array
    {
        return $this->results;
    }
}
