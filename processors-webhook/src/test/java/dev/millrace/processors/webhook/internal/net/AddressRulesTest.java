package dev.millrace.processors.webhook.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.processors.webhook.Receiver;
import dev.millrace.processors.webhook.internal.send.RetrySchedule;
import dev.millrace.processors.webhook.internal.send.WebhookSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Allowed and refused target addresses. */
class AddressRulesTest {
    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    /** A guard whose resolver returns these addresses for every host. */
    private static AddressGuard guardKnowing(String... literals) {
        Dns names = host -> {
            InetAddress[] found = new InetAddress[literals.length];
            for (int i = 0; i < literals.length; i++) {
                found[i] = InetAddress.getByName(literals[i]);
            }
            return Arrays.asList(found);
        };
        return new AddressGuard(names, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "93.184.215.14",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "169.253.1.1",
                "192.169.0.1",
                "198.17.255.255",
                "198.20.0.1",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:82b::200e",
                "64:ff9b::808:808",
                "2002:808:808::1",
                "::ffff:8.8.8.8"
            })
    void should_allow_public_addresses(String literal) throws Exception {
        assertThat(AddressRules.objection(address(literal), false)).isEmpty();
        assertThat(AddressRules.objection(address(literal), true)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.200",
                "100.127.255.255",
                "169.254.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "168.63.129.16",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "fc00::1",
                "fd00:ec2::254",
                "fdff::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "3fff::1",
                "4000::1",
                "::10.0.0.1",
                "::ffff:10.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::a00:1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "2002:a00:1::1",
                "2002:7f00:1::1"
            })
    void should_refuse_everything_else_also_where_this_machine_is_allowed(String literal) throws Exception {
        assertThat(AddressRules.objection(address(literal), false)).isPresent();
        assertThat(AddressRules.objection(address(literal), true)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"})
    void should_allow_this_machine_only_where_that_is_wanted(String literal) throws Exception {
        assertThat(AddressRules.objection(address(literal), false)).contains("loopback");
        assertThat(AddressRules.objection(address(literal), true)).isEmpty();
    }

    @Test
    void should_refuse_a_host_when_any_of_its_addresses_is_refused() {
        assertThatThrownBy(() -> guardKnowing("8.8.8.8", "10.0.0.7").lookup("mixed.example"))
                .isInstanceOf(RefusedAddressException.class)
                .hasMessageContaining("not allowed (private)")
                .hasMessageNotContaining("10.0.0.7");
        assertThatThrownBy(() -> guardKnowing("fe80::1").lookup("local.example"))
                .isInstanceOf(RefusedAddressException.class);
    }

    @Test
    void should_answer_with_the_addresses_that_were_checked() throws Exception {
        assertThat(guardKnowing("8.8.8.8", "2606:4700:4700::1111").lookup("public.example"))
                .isEqualTo(List.of(address("8.8.8.8"), address("2606:4700:4700::1111")));
    }

    @Test
    void should_refuse_to_connect_to_a_forbidden_address() throws Exception {
        try (Socket socket = new GuardedSocketFactory(guardKnowing()).createSocket()) {
            assertThatThrownBy(() -> socket.connect(new InetSocketAddress(address("169.254.169.254"), 80), 1000))
                    .isInstanceOf(RefusedAddressException.class);
            assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved("metadata.internal", 80), 1000))
                    .isInstanceOf(RefusedAddressException.class);
            assertThat(socket.isConnected()).isFalse();
        }
    }

    @Test
    void should_resist_a_name_with_another_address_at_the_second_look_up() throws Exception {
        try (Receiver receiver = new Receiver()) {
            AtomicInteger asked = new AtomicInteger();
            Dns rebinding = host -> List.of(
                    asked.getAndIncrement() == 0
                            ? InetAddress.getByName("192.0.2.1")
                            : InetAddress.getLoopbackAddress());
            WebhookSettings settings =
                    new WebhookSettings(RetrySchedule.DEFAULT, Duration.ofSeconds(5), Set.of(), false);
            PushHttpClients clients = new PushHttpClients(settings, rebinding);
            CallbackUrl endpoint = CallbackUrl.parse("http://rebind.example:" + receiver.port() + "/", false);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> clients.requests(endpoint)
                                .newCall(new Request.Builder()
                                        .url(endpoint.url())
                                        .build())
                                .execute())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("not allowed");
            }
            assertThat(asked.get()).isEqualTo(3);
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    void should_look_a_host_up_once_for_a_connection_and_use_what_was_found() throws Exception {
        try (Receiver receiver = new Receiver()) {
            AtomicInteger asked = new AtomicInteger();
            Dns names = host -> {
                asked.incrementAndGet();
                return List.of(InetAddress.getLoopbackAddress());
            };
            WebhookSettings settings =
                    new WebhookSettings(RetrySchedule.DEFAULT, Duration.ofSeconds(5), Set.of(), true);
            PushHttpClients clients = new PushHttpClients(settings, names);
            CallbackUrl endpoint = CallbackUrl.parse("http://hook.example:" + receiver.port() + "/", false);
            try (var answer = clients.requests(endpoint)
                    .newCall(new Request.Builder().url(endpoint.url()).build())
                    .execute()) {
                assertThat(answer.code()).isEqualTo(200);
            }
            assertThat(asked.get()).isEqualTo(1);
        }
    }
}
