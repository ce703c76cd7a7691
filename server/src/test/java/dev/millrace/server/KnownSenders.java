package dev.millrace.server;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests of known senders, with the headers and bodies that these send. The secrets are made up. */
final class KnownSenders {
    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String SHA1 = "HmacSHA1";
    private static final String SHA256 = "HmacSHA256";
    private static final String SHA512 = "HmacSHA512";
    private static final String HEX = "{hex}";
    private static final String BASE64 = "{base64}";
    private static final String STANDARD = "\"scheme\": \"standard-webhooks\"";
    private static final String PUSH =
            "{\"ref\":\"refs/heads/main\",\"before\":\"6113728f27ae82c7b1a177c8d03f9e96e0adf246\","
                    + "\"after\":\"0000000000000000000000000000000000000000\",\"repository\":{\"id\":186853002,\"full_name\":"
                    + "\"Codertocat/Hello-World\",\"private\":false},\"pusher\":{\"name\":\"Codertocat\"},\"created\":false}";

    private KnownSenders() {}

    /** Those that the documentation shows; the first is GitHub. */
    static List<SignedSender> documented() {
        return List.of(githubJson(), githubForm(), stripe(), slack());
    }

    private static SignedSender githubJson() {
        return github("github-json", JSON, PUSH, "72d3162e-cc78-11e3-81ab-4c9367dc0958");
    }

    private static SignedSender githubForm() {
        String form = "payload=" + URLEncoder.encode(PUSH, StandardCharsets.UTF_8);
        return github("github-form", FORM, form, "8f2e1a40-15ce-11f0-9b4c-3d1d2f4a5b6c");
    }

    private static SignedSender github(String name, String contentType, String body, String delivery) {
        return new SignedSender(
                name,
                "\"scheme\": \"github\"",
                "It's a Secret to Everybody: " + name,
                SHA256,
                "",
                "X-Hub-Signature-256",
                "sha256={hex}",
                headers(
                        "Content-Type", contentType,
                        "Accept", "*/*",
                        "User-Agent", "GitHub-Hookshot/044aadd",
                        "X-GitHub-Delivery", delivery,
                        "X-GitHub-Event", "push",
                        "X-GitHub-Hook-ID", "292430182",
                        "X-GitHub-Hook-Installation-Target-ID", "79929171",
                        "X-GitHub-Hook-Installation-Target-Type", "repository",
                        "X-Hub-Signature", "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6"),
                body,
                delivery);
    }

    /** The body is indented, as Stripe sends it. */
    private static SignedSender stripe() {
        return new SignedSender(
                "stripe",
                "\"scheme\": \"stripe\"",
                "whsec_5f8d1c2b7e9a4f60b3d2c1a0e9f8d7c6",
                SHA256,
                "{t}.",
                "Stripe-Signature",
                "t={t},v1={hex}",
                headers(
                        "Content-Type", "application/json; charset=utf-8",
                        "Accept", "*/*; q=0.5, application/xml",
                        "Cache-Control", "no-cache",
                        "User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"),
                """
                {
                  "id": "evt_1NG8Du2eZvKYlo2CUI79vXWy",
                  "object": "event",
                  "api_version": "2025-03-31.basil",
                  "created": 1772443795,
                  "data": {
                    "object": {"id": "pi_3NG8Du2eZvKYlo2C0", "object": "payment_intent", "amount": 2000, "currency": "usd"}
                  },
                  "livemode": true,
                  "pending_webhooks": 1,
                  "request": {"id": "req_Xr4mbJ7xUWyOPa", "idempotency_key": null},
                  "type": "payment_intent.succeeded"
                }""",
                "evt_1NG8Du2eZvKYlo2CUI79vXWy");
    }

    /** The body has a member {@code event}, as an envelope of an append has. */
    private static SignedSender slack() {
        return new SignedSender(
                "slack",
                "\"scheme\": \"slack\", \"handshake\": \"slack\"",
                "8f742231b10e8888abcd99yyyzzz85a5",
                SHA256,
                "v0:{t}:",
                "X-Slack-Signature",
                "v0={hex}",
                headers(
                        "Content-Type", JSON,
                        "Accept", "*/*",
                        "User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)",
                        "X-Slack-Request-Timestamp", "{t}"),
                "{\"token\":\"XXYYZZ\",\"team_id\":\"T123ABC456\",\"api_app_id\":\"A123ABC456\",\"event\":{\"type\":\"message\","
                        + "\"channel\":\"C123ABC456\",\"user\":\"U123ABC456\",\"text\":\"Live long and prospect.\","
                        + "\"ts\":\"1355517523.000005\"},\"type\":\"event_callback\",\"event_id\":\"Ev123ABC456\","
                        + "\"event_time\":1355517523}",
                "Ev123ABC456");
    }

    /** Further senders, of all forms of the scheme hmac, and of both versions of Standard Webhooks. */
    static List<SignedSender> further() {
        return List.of(
                hmac(
                        "shopify",
                        hmac("X-Shopify-Hmac-Sha256", "sha256", "base64", "", "X-Shopify-Webhook-Id"),
                        SHA256,
                        "X-Shopify-Hmac-Sha256",
                        BASE64,
                        headers(
                                "Content-Type", JSON,
                                "X-Shopify-Topic", "orders/create",
                                "X-Shopify-Shop-Domain", "example.myshopify.com",
                                "X-Shopify-API-Version", "2026-01",
                                "X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
                                "X-Shopify-Triggered-At", "2026-03-02T09:29:59.185577999Z"),
                        "{\"id\":820982911946154508,\"email\":\"jon@example.com\",\"total_price\":\"403.00\",\"test\":true}",
                        "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
                hmac(
                        "linear",
                        hmac("Linear-Signature", "sha256", "hex", "", "Linear-Delivery"),
                        SHA256,
                        "Linear-Signature",
                        HEX,
                        headers(
                                "Content-Type", "application/json; charset=utf-8",
                                "User-Agent", "Linear-Webhook",
                                "Linear-Delivery", "234d1a4e-b617-4388-90fe-adc3633d6b72",
                                "Linear-Event", "Issue"),
                        "{\"action\":\"create\",\"type\":\"Issue\",\"data\":{\"id\":\"2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9\","
                                + "\"title\":\"Wrong total\"},\"webhookTimestamp\":1772443800000}",
                        "234d1a4e-b617-4388-90fe-adc3633d6b72"),
                hmac(
                        "dropbox",
                        hmac("X-Dropbox-Signature", "sha256", "hex", "", ""),
                        SHA256,
                        "X-Dropbox-Signature",
                        HEX,
                        headers("Content-Type", JSON, "User-Agent", "DropboxWebhooks/1.0"),
                        "{\"list_folder\":{\"accounts\":[\"dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc\"]},\"delta\":{\"users\":[12345678]}}",
                        ""),
                hmac(
                        "typeform",
                        hmac("Typeform-Signature", "sha256", "base64", "sha256=", ""),
                        SHA256,
                        "Typeform-Signature",
                        "sha256={base64}",
                        headers("Content-Type", JSON, "User-Agent", "Typeform Webhooks"),
                        "{\"event_id\":\"LtWXD3crgy\",\"event_type\":\"form_response\",\"form_response\":{\"form_id\":\"lT4Z3j\","
                                + "\"answers\":[{\"type\":\"text\",\"text\":\"Zürich\"}]}}",
                        ""),
                hmac(
                        "intercom",
                        hmac("X-Hub-Signature", "sha1", "hex", "sha1=", ""),
                        SHA1,
                        "X-Hub-Signature",
                        "sha1={hex}",
                        headers("Content-Type", JSON, "User-Agent", "intercom-webhook"),
                        "{\"type\":\"notification_event\",\"app_id\":\"a86dr8yl\",\"topic\":\"conversation.user.created\",\"id\":"
                                + "\"notif_ccd8a4d0-f965-11e3-a367-c779cae3e1b3\",\"data\":{\"item\":{\"type\":\"conversation\"}}}",
                        ""),
                hmac(
                        "sentry",
                        hmac("Sentry-Hook-Signature", "sha256", "hex", "", "Request-ID"),
                        SHA256,
                        "Sentry-Hook-Signature",
                        HEX,
                        headers(
                                "Content-Type", JSON,
                                "Request-ID", "5c1e3d1f8a5c4a9a8f1f7a2b1c0d9e8f",
                                "Sentry-Hook-Resource", "issue",
                                "Sentry-Hook-Timestamp", "{t}"),
                        "{\"action\":\"created\",\"installation\":{\"uuid\":\"a8e5d37a-696c-4c54-adb5-b3f28d64c7de\"},\"data\":"
                                + "{\"issue\":{\"id\":\"1170820242\",\"level\":\"error\"}},\"actor\":{\"type\":\"application\"}}",
                        "5c1e3d1f8a5c4a9a8f1f7a2b1c0d9e8f"),
                hmac(
                        "bitbucket",
                        hmac("X-Hub-Signature", "sha256", "hex", "sha256=", "X-Request-UUID"),
                        SHA256,
                        "X-Hub-Signature",
                        "sha256={hex}",
                        headers(
                                "Content-Type", JSON,
                                "User-Agent", "Bitbucket-Webhooks/2.0",
                                "X-Event-Key", "repo:push",
                                "X-Hook-UUID", "4b8b1f9e-5f5e-4d0b-9b37-7d7f1c2f0a55",
                                "X-Request-UUID", "0e2c9a1d-77b1-4f4b-8f0e-5f6d3b1a2c4d",
                                "X-Attempt-Number", "1"),
                        "{\"push\":{\"changes\":[{\"forced\":false,\"closed\":false}]},\"repository\":{\"full_name\":\"team/repo\"}}",
                        "0e2c9a1d-77b1-4f4b-8f0e-5f6d3b1a2c4d"),
                hmac(
                        "vercel",
                        hmac("x-vercel-signature", "sha1", "hex", "", ""),
                        SHA1,
                        "x-vercel-signature",
                        HEX,
                        headers("Content-Type", "application/json; charset=utf-8", "User-Agent", "Vercel-Webhooks/1.0"),
                        "{\"id\":\"uev_3Z0fTjDbB1\",\"type\":\"deployment.succeeded\",\"createdAt\":1772443799000,\"region\":null,"
                                + "\"payload\":{\"deployment\":{\"id\":\"dpl_89qyp1cskzkLrVicDaZoDbjyHuDJ\"}}}",
                        ""),
                hmac(
                        "meta",
                        hmac("X-Hub-Signature-256", "sha256", "hex", "sha256=", ""),
                        SHA256,
                        "X-Hub-Signature-256",
                        "sha256={hex}",
                        headers("Content-Type", JSON, "User-Agent", "facebookexternalua"),
                        "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"8856996819413533\",\"changes\":[{\"field\":"
                                + "\"messages\",\"value\":{\"messages\":[{\"text\":{\"body\":\"\\u00a1hola!\"}}]}}]}]}",
                        ""),
                hmac(
                        "pagerduty",
                        hmac("X-PagerDuty-Signature", "sha256", "hex", "v1=", ""),
                        SHA256,
                        "X-PagerDuty-Signature",
                        "v1={hex}",
                        headers(
                                "Content-Type", JSON,
                                "User-Agent", "PagerDuty-Webhook/V3.0",
                                "X-Webhook-Id", "fe29ce6c-5ca5-4b32-9d0c-2b2ed3e1b6f7",
                                "X-Webhook-Subscription", "PW8U1R3"),
                        "{\"event\":{\"id\":\"5ac64822-4adc-4fda-ade0-410becf0de4f\",\"event_type\":\"incident.priority_updated\","
                                + "\"resource_type\":\"incident\",\"data\":{\"id\":\"PGR0VU2\",\"number\":2}}}",
                        ""),
                hmac(
                        "notion",
                        hmac("X-Notion-Signature", "sha256", "hex", "sha256=", ""),
                        SHA256,
                        "X-Notion-Signature",
                        "sha256={hex}",
                        headers("Content-Type", JSON, "User-Agent", "Notion-Webhooks"),
                        "{\"id\":\"367cba44-b6f3-4c92-81e7-6a2e9659efd4\",\"timestamp\":\"2026-03-02T09:29:58.000Z\",\"type\":"
                                + "\"page.created\",\"entity\":{\"id\":\"153104cd-477e-809d-8dc4-ff2d96ae3090\",\"type\":\"page\"}}",
                        ""),
                hmac(
                        "asana",
                        hmac("X-Hook-Signature", "sha256", "hex", "", ""),
                        SHA256,
                        "X-Hook-Signature",
                        HEX,
                        headers("Content-Type", "application/json; charset=UTF-8"),
                        "{\"events\":[{\"action\":\"changed\",\"resource\":{\"gid\":\"1337\",\"resource_type\":\"task\"},\"parent\":null}]}",
                        ""),
                hmac(
                        "gitea",
                        hmac("X-Gitea-Signature", "sha256", "hex", "", "X-Gitea-Delivery"),
                        SHA256,
                        "X-Gitea-Signature",
                        HEX,
                        headers(
                                "Content-Type", JSON,
                                "X-Gitea-Delivery", "f6266f16-1bf3-46a5-9ea4-602e06ead473",
                                "X-Gitea-Event", "push"),
                        "{\n  \"ref\": \"refs/heads/develop\",\n  \"commits\": [],\n  \"total_commits\": 0\n}",
                        "f6266f16-1bf3-46a5-9ea4-602e06ead473"),
                hmac(
                        "paystack",
                        hmac("x-paystack-signature", "sha512", "hex", "", ""),
                        SHA512,
                        "x-paystack-signature",
                        HEX,
                        headers("Content-Type", JSON, "User-Agent", "Paystack/2.0"),
                        "{\"event\":\"charge.success\",\"data\":{\"id\":302961,\"domain\":\"live\",\"amount\":10000,\"metadata\":0}}",
                        ""),
                new SignedSender(
                        "own-service",
                        hmac("X-Signature", "sha256", "hex", "", "X-Delivery")
                                + ", \"timestampHeader\": \"X-Timestamp\", \"tolerance\": \"PT5M\"",
                        "s3cr3t of own-service",
                        SHA256,
                        "{t}.",
                        "X-Signature",
                        HEX,
                        headers("Content-Type", JSON, "X-Timestamp", "{t}", "X-Delivery", "job/71:2"),
                        "{\"type\":\"job-finished\",\"payload\":{\"job\":71}}",
                        "job/71:2"),
                new SignedSender(
                        "openai",
                        STANDARD,
                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        SHA256,
                        "wh_685342e6c53c8190a1be43f081506c52.{t}.",
                        "webhook-signature",
                        "v1,{base64}",
                        headers(
                                "Content-Type", JSON,
                                "User-Agent", "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)",
                                "webhook-id", "wh_685342e6c53c8190a1be43f081506c52",
                                "webhook-timestamp", "{t}"),
                        "{\"id\":\"evt_685343a1381c819085d44c354e1b330e\",\"object\":\"event\",\"created_at\":1772443790,\"type\":"
                                + "\"response.completed\",\"data\":{\"id\":\"resp_abc123\"}}",
                        "wh_685342e6c53c8190a1be43f081506c52"),
                new SignedSender(
                        "public-key",
                        STANDARD,
                        SignedSender.publicKey(),
                        "Ed25519",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek.{t}.",
                        "webhook-signature",
                        "v1a,{base64}",
                        headers(
                                "Content-Type", JSON,
                                "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                "webhook-timestamp", "{t}"),
                        "{\"type\":\"user.created\",\"timestamp\":\"2026-03-02T09:29:58Z\",\"data\":{\"id\":\"usr_1\"}}",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek"));
    }

    private static String hmac(String header, String algorithm, String encoding, String prefix, String idHeader) {
        return "\"scheme\": \"hmac\", \"header\": \"" + header + "\", \"algorithm\": \"" + algorithm
                + "\", \"encoding\": \"" + encoding + "\""
                + (prefix.isEmpty() ? "" : ", \"prefix\": \"" + prefix + "\"")
                + (idHeader.isEmpty() ? "" : ", \"idHeader\": \"" + idHeader + "\"");
    }

    private static SignedSender hmac(
            String name,
            String configuration,
            String algorithm,
            String header,
            String signature,
            Map<String, String> headers,
            String body,
            String id) {
        return new SignedSender(
                name, configuration, "s3cr3t of " + name, algorithm, "", header, signature, headers, body, id);
    }

    private static Map<String, String> headers(String... namesAndValues) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }
}
