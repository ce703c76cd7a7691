package dev.millrace.processors.agent.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsCheckTest {
    private static final String ORDER = """
            {'type':'object','additionalProperties':false,'required':['id','lines'],
             'properties':{
               'id':{'type':'string','minLength':1,'maxLength':8},
               'paid':{'type':['boolean','null']},
               'state':{'enum':['new','sent']},
               'lines':{'type':'array','minItems':1,'maxItems':3,'items':{'$ref':'#/$defs/line'}},
               'more':{'anyOf':[{'type':'integer','minimum':1},{'type':'null'}]}},
             '$defs':{'line':{'type':'object','required':['count'],'additionalProperties':{'type':'string'},
               'properties':{'count':{'type':'integer','exclusiveMinimum':0,'maximum':100}}}}}""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'id':'a','lines':[{'count':1}]}",
                "{'id':'a','lines':[{'count':1.0,'note':'x'}],'paid':null,'state':'new','more':null}",
                "{'id':'12345678','lines':[{'count':100},{'count':1},{'count':2}],'paid':true,'more':1}"
            })
    void should_accept_arguments_that_fit(String arguments) {
        assertThat(problems(ORDER, arguments)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'lines':[{'count':1}]} | arguments.id: is missing",
                "{'id':5,'lines':[{'count':1}]} | arguments.id: expected a string, got 5",
                "{'id':'','lines':[{'count':1}]} | arguments.id: expected at least 1 characters, got 0",
                "{'id':'123456789','lines':[{'count':1}]} | arguments.id: expected at most 8 characters, got 9",
                "{'id':'a','lines':[]} | arguments.lines: expected at least 1 items, got 0",
                "{'id':'a','lines':[{'count':0}]} | arguments.lines[0].count: expected more than 0, got 0",
                "{'id':'a','lines':[{'count':1.5}]} | arguments.lines[0].count: expected an integer, got 1.5",
                "{'id':'a','lines':[{'count':1,'note':1}]} | arguments.lines[0].note: expected a string, got 1",
                "{'id':'a','lines':[{'count':1}],'paid':1} | arguments.paid: expected a boolean or null, got 1",
                "{'id':'a','lines':[{'count':1}],'state':'x'} | arguments.state: expected one of [\"new\",\"sent\"], got \"x\"",
                "{'id':'a','lines':[{'count':1}],'more':0} | arguments.more: fits none of the allowed forms",
                "{'id':'a','lines':[{'count':1}],'other':0} | arguments.other: there is no such argument"
            })
    void should_say_what_does_not_fit(String arguments, String problem) {
        assertThat(problems(ORDER, arguments)).containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'object','required':['a'],'properties':{'a':{'type':['string','null']}}} | {} | {'a':null}",
                "{'type':'object','required':['a'],'properties':{'a':{'type':['string','null']}}} | {'a':'x'} | {'a':'x'}",
                "{'type':'object','properties':{'a':{'type':['string','null']}}} | {} | {}",
                "{'type':'object','required':['a'],'properties':{'a':{'type':'string'}}} | {} | {}",
                "{'type':'object','required':['a'],'properties':{'a':{}}} | {} | {}",
                "{'required':['a'],'properties':{'a':{'anyOf':[{'type':'null'},{'enum':['x']}]}}} | {} | {'a':null}",
                "{'$ref':'#/$defs/t','$defs':{'t':{'required':['a'],'properties':{'a':{'anyOf':[{'type':'null'},"
                        + "{'$ref':'#'}]}}}}} | {'a':{'a':{}}} | {'a':{'a':{'a':null}}}",
                "{'properties':{'l':{'items':{'required':['a'],'properties':{'a':{'type':'null'}}}}}} | {'l':[{},{'b':1}]}"
                        + " | {'l':[{'a':null},{'b':1,'a':null}]}",
                "{'oneOf':[{'required':['a'],'properties':{'a':{'type':'string'}}},"
                        + "{'required':['b'],'properties':{'b':{'type':['string','null']}}}]} | {} | {'b':null}"
            })
    void should_write_null_for_what_may_be_null_and_is_missing(String schema, String arguments, String completed) {
        JsonNode given = json(arguments);

        assertThat(ArgumentsCheck.completed(json(schema), given)).isEqualTo(json(completed));
        assertThat(given).isEqualTo(json(arguments));
    }

    @Test
    void should_end_for_a_schema_that_refers_to_itself() {
        String loop = "{'anyOf':[{'$ref':'#'},{'$ref':'#'}],'required':['a'],'properties':{'a':{'$ref':'#'}}}";

        assertThat(ArgumentsCheck.completed(json(loop), json("{'b':{}}"))).isEqualTo(json("{'b':{}}"));
    }

    @Test
    void should_allow_what_it_does_not_know() {
        assertThat(problems("{}", "{'a':1}")).isEmpty();
        assertThat(problems("{'properties':{'a':{'$ref':'other.json'}}}", "{'a':1}"))
                .isEmpty();
        assertThat(problems("{'properties':{'a':{'type':'date','format':'date'}}}", "{'a':1}"))
                .isEmpty();
    }

    @Test
    void should_name_only_the_first_problems() {
        StringBuilder many = new StringBuilder("{'id':'a','lines':[{'count':1}]");
        for (int i = 0; i < 100; i++) {
            many.append(",'x").append(i).append("':1");
        }

        assertThat(problems(ORDER, many.append('}').toString())).hasSize(10);
    }

    @Test
    void should_end_with_a_schema_that_refers_to_itself() {
        String schema = "{'anyOf':[{'$ref':'#'},{'$ref':'#'},{'type':'string'}]}";

        assertThat(problems(schema, "{}")).hasSizeLessThan(2);
    }

    private static List<String> problems(String schema, String arguments) {
        return ArgumentsCheck.problems(json(schema), json(arguments));
    }

    private static JsonNode json(String text) {
        return JsonCodec.parse(text.replace('\'', '"'));
    }
}
