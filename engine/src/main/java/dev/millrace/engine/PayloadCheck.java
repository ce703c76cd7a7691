package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import java.util.List;

/** What is wrong with the payload of a built-in event, one line a problem; empty when it may be stored as it is. */
interface PayloadCheck {
    /** The schema of the type, and nothing else. */
    PayloadCheck SCHEMA = BuiltInType::problems;

    List<String> problems(BuiltInType type, JsonNode payload);
}
