"""Small sound documents of every format, written for the tests."""

import json

TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Where is it?"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"x": 1}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "here"},
    {"role": "assistant", "content": "It is here.", "refusal": None},
]
USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
ANSWER = {
    "id": "x1",
    "object": "chat.completion",
    "created": 1767225600,
    "model": "gpt-4o",
    "choices": [{"index": 0, "message": TALK[-1], "finish_reason": "stop"}],
    "usage": USAGE,
}
CANONICAL = {
    "id": "a" * 64,
    "run": "r",
    "system": "s",
    "trial": 0,
    "status": "ok",
    "error": None,
    "started_at": "2026-01-01T00:00:00Z",
    "latency_ms": 12.5,
    "tokens_in": 1,
    "tokens_out": 2,
    "cost": 0.1,
    "scenario": {
        "key": "k",
        "input": {"q": 1},
        "tier": "critical",
        "slices": {"language": "de"},
        "expected": "e",
        "origin": "o",
        "title": "t",
        "metadata": {"a": 1},
    },
    "scores": {"pass": {"value": 1.0, "label": "C", "explanation": "x", "answer": "a"}},
    "annotations": [{"name": "thumbs", "value": 1, "comment": "c", "metadata": {}}],
    "messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
    "documents": [{"content": "d", "rank": 1}],
    "spans": [{"name": "s", "id": "1", "kind": "llm", "latency_ms": 3.0}],
    "output": "o",
    "metadata": {"m": [1, {"n": None}]},
}
RECORD = {
    "id": 7,
    "question": "q?",
    "answer": "a",
    "context": ["one", {"content": "two", "score": 0.5}],
    "expected": "e",
    "model": "m",
    "score": 0.5,
    "pass": True,
    "latency_ms": 10,
    "tokens_in": 3,
    "cost": 0.01,
    "language": "de",
    "error": None,
    "trial": 0,
    "timestamp": "2026-01-01",
}
TAU = {
    "task_id": 1,
    "trial": 0,
    "reward": 1.0,
    "info": {"task": {"instruction": "i", "actions": [{"name": "f", "kwargs": {}}], "outputs": []}},
    "traj": TALK,
}
TAU2 = {
    "timestamp": "2026-01-01",
    "info": {"environment_info": {"domain_name": "airline", "tool_defs": [{"name": "f"}]},
             "agent_info": {"llm": "m", "implementation": "x"}, "num_trials": 1},
    "tasks": [{"id": "1", "user_scenario": {"instructions": "i"},
               "evaluation_criteria": {"a": []}}],
    "simulations": [{"id": "s", "task_id": "1", "trial": 0, "messages": TALK, "duration": 1.5,
                     "reward_info": {"reward": 1.0}, "termination_reason": "user_stop",
                     "agent_cost": 0.1}],
}  # fmt: skip
INSPECT_SAMPLE = {
    "id": "s1",
    "epoch": 1,
    "input": "q attachment://0",
    "target": ["a"],
    "choices": ["a", "b"],
    "messages": [{"role": "user", "content": "q"},
                 {"role": "assistant", "content": "a", "id": "m"}],
    "output": {"model": "m", "usage": {"input_tokens": 1, "output_tokens": 2}, "choices": [
        {"message": {"role": "assistant", "content": "a", "id": "m"}, "stop_reason": "stop"}]},
    "scores": {"match": {"value": "C", "answer": "a", "explanation": "e"},
               "many": {"value": {"x": 1, "y": "I"}}},
    "metadata": {"language": "de"},
    "events": [{"event": "span_begin", "id": "e", "name": "n", "timestamp": "2026-01-01T00:00:00Z"},
               {"event": "model", "model": "m", "timestamp": "2026-01-01T00:00:00Z",
                "output": {"choices": [], "time": 0.5}, "working_time": 1.0},
               {"event": "span_end", "id": "e", "timestamp": "2026-01-01T00:00:01Z"}],
    "model_usage": {"m": {"input_tokens": 1, "output_tokens": 2}},
    "attachments": {"0": "text"},
    "error": None,
    "limit": None,
    "total_time": 1.5,
}  # fmt: skip
INSPECT = {
    "version": 2,
    "status": "success",
    "eval": {"task": "t", "model": "m", "created": "2026-01-01",
             "dataset": {"name": "d", "sample_ids": ["s1"]}},
    "results": {"total_samples": 1, "scores": [{"name": "match", "metrics": {}}]},
}  # fmt: skip
PROMPTFOO_RESULT = {
    "id": "r",
    "promptIdx": 0,
    "testIdx": 0,
    "provider": {"id": "openai:gpt-4o", "label": ""},
    "prompt": {"raw": "Say {{n}}", "label": "Say"},
    "vars": {"n": 1, "language": "de", "context": ["d"]},
    "response": {"output": "ok", "tokenUsage": {"prompt": 1, "completion": 2}, "cost": 0.1},
    "success": True,
    "score": 1,
    "namedScores": {"tone": 0.5},
    "latencyMs": 3,
    "failureReason": 0,
    "gradingResult": {
        "pass": True, "score": 1, "reason": "r", "comment": "c", "componentResults": [
            {"pass": True, "score": 1, "reason": "r",
             "assertion": {"type": "human", "metric": "tone"}}]},
    "testCase": {"vars": {"n": 1}, "assert": [{"type": "equals", "value": "ok"}], "metadata": {}},
}  # fmt: skip
PROMPTFOO = {
    "evalId": "e",
    "results": {"version": 3, "timestamp": "t", "prompts": [{"raw": "p", "label": "p",
                "provider": "openai:gpt-4o"}], "results": [PROMPTFOO_RESULT], "stats": {}},
    "config": {"description": "d"},
    "shareableUrl": None,
}  # fmt: skip
PROMPTFOO_TABLE = {
    "version": 2,
    "results": [],
    "stats": {},
    "table": {"head": {"prompts": ["[m] p"], "vars": ["q"]},
              "body": [{"vars": ["1"], "outputs": ["[PASS] (1.00) yes", {"pass": False, "text": "n",
                        "prompt": "p", "provider": "m"}], "test": {"vars": {"q": "1"}}}]},
}  # fmt: skip
PROMPTFOO_YAML = b"""evalId: e
results:
  version: 3
  prompts: &p
    - {raw: Say, label: Say, provider: 'openai:gpt-4o'}
  results:
    - promptIdx: 0
      provider: {id: 'openai:gpt-4o'}
      prompt: {raw: Say 1, label: Say}
      vars: &v {n: 1, when: 2024-10-04}
      response: {output: "ok", tokenUsage: {prompt: 1}}
      success: true
      score: 0.5
      namedScores: {}
      testCase: {vars: *v}
      gradingResult: null
config: {prompts: *p}
"""
PROMPTFOO_CSV = (
    b"Description,q,[m] Say {{q}},Status,Score,Named Scores,Grader Reason,Comment\n"
    b'd,hi,Hello,PASS,0.90,"{""tone"":0.5}",fine,nice\nd,ho,boom,ERROR,0.00,,,\n'
)
LM_EVAL = [
    {
        "doc_id": number,
        "doc": {"question": "q", "choices": ["a", "b"], "category": "c"},
        "target": "1",
        "arguments": {"gen_args_0": {"arg_0": "q", "arg_1": " a"},
                      "gen_args_1": {"arg_0": "q", "arg_1": " b"}},
        "resps": [[["-1.5", "False"]], [["-0.5", "True"]]],
        "filtered_resps": [["-1.5", "False"], ["-0.5", "True"]],
        "filter": name,
        "metrics": ["acc"],
        "acc": 1.0,
        "doc_hash": "h",
    }
    for name in ("none", "other")
    for number in (0, 1)
]  # fmt: skip
DEEPEVAL = {
    "testRunData": {
        "testCases": [{
            "name": "test_case_0", "input": "q", "actualOutput": "a", "expectedOutput": "e",
            "retrievalContext": ["d"], "context": ["c"], "completionTime": 1.5, "tokenCost": 0.1,
            "toolsCalled": [{"name": "f", "inputParameters": {"x": 1}, "output": "o"}],
            "success": True, "metadata": {"language": "de"},
            "imagesMapping": {"i": {"url": "u"}},
            "metricsData": [{"name": "m", "score": 0.5, "threshold": 0.5, "reason": "r"}],
            "trace": {"uuid": "t", "startTime": "2026-01-01T00:00:00Z", "llmSpans": [
                {"uuid": "1", "name": "n", "type": "llm", "startTime": "2026-01-01T00:00:00Z",
                 "endTime": "2026-01-01T00:00:01Z", "inputTokenCount": 3, "model": "m",
                 "costPerInputToken": 0.1}]},
        }],
        "conversationalTestCases": [{"name": "c", "success": True, "metricsData": [], "turns": [
            {"role": "user", "content": "hi", "order": 0},
            {"role": "assistant", "content": "ho", "order": 1, "toolsCalled": [{"name": "f"}]}]}],
        "hyperparameters": {"model": "m", "prompt": {"alias": "p", "version": "1"}},
    },
    "testRunLink": None,
}  # fmt: skip
RAGAS = [
    {"user_input": "q", "response": "a", "retrieved_contexts": ["c"], "reference": "r",
     "faithfulness": 0.5, "rubrics": {"s": "x"}},
    {"user_input": [{"content": "q", "type": "human"}, {"content": "", "type": "ai", "tool_calls": [
        {"name": "f", "args": {"x": 1}}]}, {"content": "t", "type": "tool"}],
     "reference_tool_calls": [{"name": "f", "args": {}}], "reference": "r"},
]  # fmt: skip
OPENAI_EVALS = [
    {"spec": {"completion_fns": ["gpt-4o"], "eval_name": "e.dev.v0", "run_id": "r",
              "created_at": "2026-01-01"}},
    {"run_id": "r", "event_id": 0, "sample_id": "e.dev.0", "type": "sampling",
     "data": {"prompt": TALK[:2], "sampled": ["a"]}, "created_by": "", "created_at": "2026"},
    {"run_id": "r", "event_id": 1, "sample_id": "e.dev.0", "type": "match",
     "data": {"correct": True, "expected": "a", "picked": "a"}, "created_at": "2026"},
    {"final_report": {"accuracy": 1.0}},
]  # fmt: skip
OPENAI_ITEM = {
    "object": "eval.run.output_item", "id": "o", "run_id": "r", "eval_id": "e", "status": "pass",
    "created_at": 1767225600, "datasource_item_id": 1, "datasource_item": {"question": "q"},
    "results": [{"name": "g", "type": "string_check", "score": 1.0, "passed": True,
                 "sample": None}],
    "sample": {"input": TALK[:2], "output": [TALK[-1]], "finish_reason": "stop", "model": "m",
               "usage": USAGE, "error": None, "temperature": 1, "seed": 1},
}  # fmt: skip
ANTHROPIC = {
    "custom_id": "c",
    "params": {"model": "m", "max_tokens": 10, "system": "s", "messages": [
        {"role": "user", "content": [{"type": "text", "text": "q"}]}]},
    "result": {"type": "succeeded", "message": {
        "id": "m", "type": "message", "role": "assistant", "model": "claude",
        "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "t", "signature": "s"},
                    {"type": "tool_use", "id": "u", "name": "f", "input": {"x": 1}}],
        "usage": {"input_tokens": 1, "output_tokens": 2}}},
}  # fmt: skip
OPENHANDS = {
    "instance_id": "a__b-1", "instruction": "i",
    "instance": {"repo": "r", "problem_statement": "p"},
    "metrics": {"accumulated_cost": 0.1, "costs": [{"model": "m", "cost": 0.1}]},
    "test_result": {"git_patch": "d", "report": {"resolved": True}}, "error": None,
    "history": [
        {"id": 0, "source": "user", "action": "message", "args": {"content": "i"},
         "timestamp": "2026-01-01T00:00:00"},
        {"id": 1, "source": "agent", "action": "run", "args": {"command": "ls"},
         "tool_call_metadata": {"tool_call_id": "c", "function_name": "run"}},
        {"id": 2, "cause": 1, "source": "agent", "observation": "run", "content": "x",
         "extras": {"exit_code": 0}}],
}  # fmt: skip
MINI = {
    "trajectory_format": "mini-swe-agent-1.1",
    "info": {"exit_status": "Submitted", "submission": "d", "model_stats": {"instance_cost": 0.1,
             "api_calls": 1}, "config": {"model": {"model_name": "m"}}},
    "messages": [
        {"role": "user", "content": "i"},
        {"role": "assistant", "content": "```bash\nls```", "extra": {"response": ANSWER}}],
    "instance_id": "a__b-1",
}  # fmt: skip
LANGSMITH = {
    "id": "11111111-1111-4111-8111-111111111111", "name": "n", "run_type": "llm",
    "trace_id": "11111111-1111-4111-8111-111111111111", "dotted_order": "20260101T000000000000Z1",
    "parent_run_id": None, "session_name": "p", "start_time": "2026-01-01T00:00:00",
    "end_time": "2026-01-01T00:00:01", "status": "success", "error": None, "tags": ["t"],
    "inputs": {"messages": TALK[:2]}, "outputs": {"choices": ANSWER["choices"]},
    "extra": {"metadata": {"ls_model_name": "m"}}, "prompt_tokens": 1, "completion_tokens": 2,
    "total_cost": 0.1, "feedback_stats": {"thumbs": {"n": 1, "avg": 1.0}},
}  # fmt: skip
SPAN = {
    "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "chat m",
    "kind": 3, "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225601000000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "m"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "3"}},
        {"key": "gen_ai.input.messages", "value": {"stringValue": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": "q"}]}])}}],
    "events": [{"name": "gen_ai.choice", "timeUnixNano": "1", "attributes": []}],
    "status": {"code": 1},
}  # fmt: skip
OTLP = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [
    {"scope": {"name": "s"}, "spans": [SPAN]}]}]}  # fmt: skip
MLFLOW = {
    "info": {"trace_id": "tr-1", "request_time": "2026-01-01T00:00:00Z", "state": "OK",
             "execution_duration_ms": 5, "request_preview": "q", "tags": {"mlflow.traceName": "n"},
             "trace_metadata": {"mlflow.trace.tokenUsage": '{"input_tokens": 1}'},
             "assessments": [{"assessment_name": "a", "feedback": {"value": True},
                              "source": {"source_type": "HUMAN", "source_id": "u"}}]},
    "data": {"spans": [
        {"trace_id": "AAAA", "span_id": "AQ==", "parent_span_id": None, "name": "n",
         "start_time_unix_nano": 1767225600000000000, "end_time_unix_nano": 1767225601000000000,
         "attributes": {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.spanInputs": json.dumps(
             {"messages": TALK}), "mlflow.spanOutputs": json.dumps(ANSWER)},
         "status": {"code": "STATUS_CODE_OK"}, "events": []}]},
}  # fmt: skip
SCENARIO = {"key": "k", "input": "q", "tier": "critical", "slices": {"a": "b"}, "expected": "e",
             "origin": "o", "title": "t", "metadata": {}}  # fmt: skip
ATIF = {
    "schema_version": "ATIF-v1.5", "session_id": "s",
    "agent": {"name": "a", "version": "1", "model_name": "m",
              "tool_definitions": [{"type": "function", "function": {"name": "run"}}]},
    "steps": [
        {"step_id": 1, "source": "user", "message": "do", "timestamp": "2026-01-01T00:00:00Z"},
        {"step_id": 2, "source": "agent", "message": "ok", "reasoning_content": "r",
         "tool_calls": [{"tool_call_id": "c", "function_name": "run", "arguments": {"x": 1}}],
         "observation": {"results": [{"source_call_id": "c", "content": "done"}]},
         "metrics": {"prompt_tokens": 3, "completion_tokens": 1, "cost_usd": 0.1}}],
    "final_metrics": {"total_prompt_tokens": 3, "total_cost_usd": 0.1},
}  # fmt: skip
SWE_AGENT = {
    "environment": "swe_main",
    "trajectory": [{"action": "ls\n", "observation": "x", "response": "t\n```\nls\n```",
                    "thought": "t", "state": "{}", "execution_time": 0.1}],
    "history": [{"role": "system", "content": "s", "agent": "primary"},
                {"role": "user", "content": "ISSUE:\nbroken", "is_demo": False}],
    "info": {"exit_status": "submitted", "submission": "d",
             "model_stats": {"instance_cost": 0.1, "tokens_sent": 3, "tokens_received": 1}},
}  # fmt: skip
WHO_AND_WHEN = {
    "is_correct": False, "question": "q", "question_ID": "1", "level": "1", "ground_truth": "8",
    "history": [{"content": "c", "role": "assistant", "name": "Expert"},
                {"content": "o", "role": "user", "name": "Computer_terminal"}],
    "mistake_agent": "Expert", "mistake_step": "0", "mistake_reason": "r",
    "system_prompt": {"Expert": "p"},
}  # fmt: skip
JAEGER = {"data": [{
    "traceID": "d497c9dd55717f2c5ecb79bda30289aa",
    "spans": [{"traceID": "d497c9dd55717f2c5ecb79bda30289aa", "spanID": "31e3495892e80304",
               "operationName": "chat m", "references": [], "startTime": 1771237881558798,
               "duration": 4172, "processID": "p1", "warnings": None,
               "logs": [{"timestamp": 1, "fields": [{"key": "event", "value": "e"}]}],
               "tags": [{"key": "gen_ai.request.model", "type": "string", "value": "m"},
                        {"key": "gen_ai.operation.name", "type": "string", "value": "chat"},
                        {"key": "error", "type": "bool", "value": True}]}],
    "processes": {"p1": {"serviceName": "s", "tags": []}}, "warnings": None}],
    "total": 0, "errors": None}  # fmt: skip
LANGFUSE = {
    "trace": {"id": "t", "projectId": "p", "name": "n", "timestamp": "2026-01-01T00:00:00.000Z",
              "tags": ["x"], "userId": "u", "sessionId": "s", "input": {"q": 1}, "output": "o",
              "metadata": "{}", "latency": 1.5, "scores": [
                  {"id": "s", "name": "thumbs", "value": 1, "dataType": "NUMERIC",
                   "source": "ANNOTATION", "comment": "c", "traceId": "t"}]},
    "observations": [{"id": "o", "traceId": "t", "type": "GENERATION", "name": "n",
                      "startTime": "2026-01-01T00:00:00.000Z",
                      "endTime": "2026-01-01T00:00:01.000Z",
                      "parentObservationId": None, "model": "m", "level": "DEFAULT",
                      "input": {"messages": TALK[:2]}, "output": TALK[-1], "promptVersion": 2,
                      "promptName": "p", "usageDetails": {"input": 1, "output": 2},
                      "costDetails": {"total": 0.1}, "statusMessage": None}],
}  # fmt: skip
OPENINFERENCE = {
    "name": "llm", "context": {"trace_id": "0x0af7651916cd43dd8448eb211c80319c",
                               "span_id": "0xb7ad6b7169203331"},
    "parent_id": None, "start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:01Z",
    "status_code": "OK", "status_message": "", "span_kind": "LLM",
    "attributes": {"openinference.span.kind": "LLM", "llm.model_name": "m",
                   "input.value": "q", "output.value": "a", "llm.token_count.prompt": 3,
                   "llm.input_messages.0.message.role": "user",
                   "llm.input_messages.0.message.content": "q",
                   "retrieval.documents.0.document.content": "d",
                   "annotations.0.annotation.name": "a", "annotations.0.annotation.score": 1},
    "events": [],
}  # fmt: skip
