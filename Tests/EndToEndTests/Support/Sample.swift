/// Values that must never be seen in a log or a reason, and others that tests share.
enum Sample {
    static let password = "kassa-password-8f3a1c"
    static let webhookCode = "webhookcode5d2e9b"
    static let callbackSecret = "callback-secret-6c1f0a9d4e7b2358a1"
    static let clientSecret = "clientsecret4b7e0d"
    static let databasePassword = "database-password-2f9c6e"
    static let email = "ivan.petrov@buyers.example.ru"
    static let phone = "+79161234567"
    /// The phone as a checkout writes it.
    static let phoneAsTyped = "8 (916) 123-45-67"

    static let customer = #"{ "email": "\#(email)", "phone": "\#(phone)" }"#

    /// What only the installation may know.
    static let credentials = [password, webhookCode, callbackSecret, clientSecret, databasePassword]
    /// What only a buyer's shop may know.
    static let buyer = [email, "ivan.petrov", "9161234567", "123-45-67"]
    /// Texts of which none may leave the tables of events and receipts (I10).
    static let secrets = credentials + buyer
}
