<?php

declare(strict_types=1);

namespace Bitrix\Main;

class Result
{
    private array $errors = [];
    private array $data = [];

    public function isSuccess(): bool
    {
        return $this->errors === [];
    }

    public function addError(Error $error): static
    {
        $this->errors[] = $error;

        return $this;
    }

    public function getErrors(): array
    {
        return $this->errors;
    }

    public function setData(array $data): static
    {
        $this->data = $data;

        return $this;
    }

    public function getData(): array
    {
        return $this->data;
    }

    public function getId(): mixed
    {
        return $this->data['ID'] ?? null;
    }
}
