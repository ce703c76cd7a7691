package dev.millrace.processors.agent.http;

import okhttp3.HttpUrl;

/**
 * The address of a provider, without a slash at its end.
 *
 * @since 0.1
 */
public final class BaseUrl {
    private BaseUrl() {}

    /**
     * Parses an address.
     *
     * @param setting the name of the setting, for the error message
     * @param example a correct address, for the error message
     * @throws IllegalArgumentException if it is no HTTP URL, or has a user, a password or a query
     */
    public static HttpUrl parse(String baseUrl, String setting, String example) {
        HttpUrl url = HttpUrl.parse(baseUrl.replaceFirst("(?<!/)/++$", ""));
        if (url == null || !url.username().isEmpty() || url.query() != null) {
            throw new IllegalArgumentException(
                    setting + " must be an http or https URL like " + example + ", without user, password and query");
        }
        return url;
    }
}
