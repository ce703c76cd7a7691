package dev.millrace.processors.script.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressAllowListTest {
    private final EgressAllowList list =
            EgressAllowList.of("api.example.com, Plain.Example.com:8080,localhost:9,[::1]:7, 10.0.0.5 ,");

    private boolean allows(String url) {
        return list.allows(HttpUrl.get(url));
    }

    @Test
    void should_allow_https_for_a_host_and_anything_for_its_port() {
        assertThat(allows("https://api.example.com/x")).isTrue();
        assertThat(allows("https://API.example.com./x")).as("another name").isFalse();
        assertThat(allows("http://api.example.com/x")).isFalse();
        assertThat(allows("https://sub.api.example.com/x")).isFalse();
        assertThat(allows("http://plain.example.com:8080/")).isTrue();
        assertThat(allows("https://plain.example.com:8080/")).isTrue();
        assertThat(allows("https://plain.example.com/")).isFalse();
        assertThat(allows("http://[::1]:7/")).isTrue();
        assertThat(allows("http://[0:0::1]:7/")).isTrue();
        assertThat(EgressAllowList.of("").allows(HttpUrl.get("https://api.example.com")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.0.0.1",
                "172.16.3.4",
                "192.168.1.1",
                "169.254.169.254",
                "168.63.129.16",
                "0.0.0.0",
                "100.64.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "198.18.0.1",
                "192.0.0.1",
                "::1",
                "::",
                "fe80::1",
                "fd00::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:0:1::"
            })
    void should_not_let_a_listed_name_lead_inside(String address) throws Exception {
        assertThat(list.allows("api.example.com", InetAddress.getAllByName(address)[0]))
                .isFalse();
    }

    @Test
    void should_let_names_lead_to_public_and_to_listed_addresses() throws Exception {
        assertThat(list.allows("api.example.com", InetAddress.getAllByName("93.184.216.34")[0]))
                .isTrue();
        assertThat(list.allows("api.example.com", InetAddress.getAllByName("2606:2800:220:1::1")[0]))
                .isTrue();
        assertThat(list.allows("api.example.com", InetAddress.getAllByName("10.0.0.5")[0]))
                .isTrue();
        assertThat(list.allows("localhost", InetAddress.getAllByName("127.0.0.1")[0]))
                .isTrue();
        assertThat(list.allows("localhost", InetAddress.getAllByName("10.0.0.1")[0]))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*.example.com", "https://example.com", "a b", "user@host"})
    void should_refuse_what_is_not_a_host(String entry) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EgressAllowList.of(entry))
                .withMessageContaining("setting script.allow-hosts: expected host or host:port, got '" + entry);
    }
}
