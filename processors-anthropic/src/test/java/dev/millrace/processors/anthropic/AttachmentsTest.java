package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'input_image','image_url':'data:image/png;base64,AAAA'}"
                        + "| {'type':'image','source':{'type':'base64','media_type':'image/png','data':'AAAA'}}",
                "{'type':'input_image','image_url':'data:image/jpg;charset=x;base64,AAAA','detail':'low'}"
                        + "| {'type':'image','source':{'type':'base64','media_type':'image/jpeg','data':'AAAA'}}",
                "{'type':'input_image','image_url':{'url':'https://host/x.png'}}"
                        + "| {'type':'image','source':{'type':'url','url':'https://host/x.png'}}",
                "{'type':'input_file','file_data':'data:application/pdf;base64,AAAA','filename':'a.pdf'}"
                        + "| {'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'AAAA'},'title':'a.pdf'}",
                "{'type':'input_file','file_url':'https://host/x.pdf'}"
                        + "| {'type':'document','source':{'type':'url','url':'https://host/x.pdf'}}",
                "{'type':'input_file','file_data':'data:text/markdown;base64,SGkh'}"
                        + "| {'type':'document','source':{'type':'text','media_type':'text/plain','data':'Hi!'}}",
                "{'type':'image','source':{'type':'base64','media_type':'image/webp','data':'AAAA'}}"
                        + "| {'type':'image','source':{'type':'base64','media_type':'image/webp','data':'AAAA'}}",
                "{'type':'document','source':{'type':'url','url':'https://host/x.pdf'},'title':'x'}"
                        + "| {'type':'document','source':{'type':'url','url':'https://host/x.pdf'},'title':'x'}"
            })
    void should_convert_an_attachment_to_a_block(String part, String block) {
        assertThat(block(part)).isEqualTo(parse(block));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'input_image','image_url':'data:image/svg+xml;base64,AAAA'}",
                "{'type':'input_image','image_url':'data:image/png;base64,not base64'}",
                "{'type':'input_image','image_url':'data:image/png;base64,'}",
                "{'type':'input_image','image_url':'data:image/png,AAAA'}",
                "{'type':'input_image','image_url':'http://host/x.png'}",
                "{'type':'input_image','file_id':'file_1'}",
                "{'type':'input_file','file_id':'file_1'}",
                "{'type':'input_file','file_data':'data:application/zip;base64,AAAA'}",
                "{'type':'input_file','file_data':'data:text/plain;base64,ICA='}",
                "{'type':'image','source':{'type':'file','file_id':'file_1'}}",
                "{'type':'document'}"
            })
    void should_put_a_text_in_the_place_of_an_attachment_that_the_service_refuses(String part) {
        assertThat(block(part).path("text").asText()).contains("attachment was left out");
    }

    private static JsonNode block(String part) {
        List<ObjectNode> blocks = InputBlocks.of(new PromptPart.Input("user", parse("[" + part + "]")), Set.of());
        assertThat(blocks).hasSize(1);
        return blocks.get(0);
    }

    private static JsonNode parse(String json) {
        return JsonCodec.parse(json.replace('\'', '"'));
    }
}
