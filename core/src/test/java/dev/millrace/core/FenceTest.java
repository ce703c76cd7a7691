package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FenceTest {
    private static final Fence FENCE = new Fence("mail.sender", StreamPath.of("/ann/agent"), 3);

    @Test
    void should_be_read_back_from_metadata_with_provenance_and_other_fields() {
        var provenance = new Provenance("mail.sender", 1, StreamPath.of("/ann/agent"), 7, 1, 0);
        var metadata =
                FENCE.asMetadata(Optional.of(provenance.asMetadata(Optional.of(JsonCodec.parse("{\"trace\":\"t\"}")))));

        assertThat(Fence.of(metadata)).contains(FENCE);
        assertThat(Provenance.of(metadata)).contains(provenance);
        assertThat(metadata.path("trace").textValue()).isEqualTo("t");
    }

    @Test
    void should_keep_leases_in_streams_below_millrace() {
        assertThat(FENCE.leases()).isEqualTo(StreamPath.of("/millrace/leases/mail_sender/ann/agent"));
        assertThat(Fence.leases("mail", StreamPath.root())).isEqualTo(StreamPath.of("/millrace/leases/mail"));
        assertThat(FENCE.claimKey()).isEqualTo("lease/mail.sender/3");
        assertThat(FENCE.nextClaimKey()).isEqualTo("lease/mail.sender/4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'millrace':7}",
                "{'millrace':{'fence':{'slug':'s','path':'/a'}}}",
                "{'millrace':{'fence':{'slug':'s','path':'/a','epoch':0}}}",
                "{'millrace':{'fence':{'slug':'s','path':'/a','epoch':'1'}}}",
                "{'millrace':{'fence':{'slug':'s','path':'/a','epoch':99999999999}}}",
                "{'millrace':{'fence':{'slug':'S p','path':'/a','epoch':1}}}",
                "{'millrace':{'fence':{'slug':'s','path':'/A b','epoch':1}}}"
            })
    void should_ignore_a_malformed_fence(String metadata) {
        assertThat(Fence.of(JsonCodec.parse(metadata.replace('\'', '"')))).isEmpty();
    }
}
