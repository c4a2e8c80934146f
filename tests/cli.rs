//! The program as a person meets it: arguments, formats, exit codes, errors. Data is on stdout, all else on stderr.

use serde_json::json;

use crate::program::Program;

const CLIENT: &str = "SELECT client_name, token_validity_units, client_secret, logout_urls FROM aws.cognito.user_pool_clients \
                      WHERE identifier = 'us-east-1_Demo00001|1demowebportal000000000000'";

#[test]
fn the_quickstart_shows_pools_clients_and_a_join() {
    let program = Program::new();
    let outcome = program.exec_local(&["-f", "docs/examples/quickstart.sql", "-o", "json"]);
    let answer = outcome.json();
    let results = answer.as_array().unwrap();
    let counts: Vec<usize> = results
        .iter()
        .map(|rows| rows.as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [3, 7, 8]);
    assert_eq!(
        results[0][0],
        json!({"user_pool_id": "us-east-1_Demo00001", "user_pool_name": "customers",
        "mfa_configuration": "OPTIONAL", "user_pool_tier": "ESSENTIALS"})
    );
    assert_eq!(results[2][0]["minimum_length"], "12");
}

#[test]
fn each_format_shows_the_same_row() {
    let program = Program::new();
    let table = program.exec_local(&[CLIENT]).success();
    assert!(
        table.contains("web-portal")
            && table.contains("********")
            && !table.contains("demo-secret"),
        "{table}"
    );
    let rows = program.exec_local(&["-o", "json", CLIENT]).json();
    assert_eq!(rows[0]["token_validity_units"]["AccessToken"], "minutes");
    assert_eq!(rows[0]["client_secret"], "********");
    let line = program.exec_local(&["-o", "ndjson", CLIENT]).success();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&line).unwrap(),
        rows[0]
    );
    let csv = program.exec_local(&["-o", "csv", CLIENT]).success();
    assert!(csv.starts_with("client_name,token_validity_units,client_secret,logout_urls\nweb-portal,\"{\"\"AccessToken\"\""), "{csv}");
}

#[test]
fn secrets_are_masked_until_asked_for_and_counted() {
    let program = Program::new();
    let outcome = program.exec_local(&["-o", "json", CLIENT]);
    assert!(
        outcome.stderr.contains("1 secret value masked"),
        "{outcome}"
    );
    let shown = program
        .exec_local(&["-o", "json", "--show-secrets", CLIENT])
        .json();
    assert_ne!(shown[0]["client_secret"], "********");
    let file = program.home().join("out.json").display().to_string();
    let outcome = program.exec_local(&["-o", "json", "-O", &file, CLIENT]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(0), ""),
        "{outcome}"
    );
    let written: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(written[0]["client_secret"], shown[0]["client_secret"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn statements_come_from_an_argument_a_file_or_stdin() {
    let program = Program::new();
    let file = program.file("one.sql", "SELECT 1 AS one");
    for args in [
        vec!["exec", "-f", &file],
        vec!["exec", "-i", &file],
        vec!["exec", "--infile", &file],
    ] {
        assert_eq!(
            program.run(args.into_iter().chain(["-o", "csv"])).success(),
            "one\n1\n"
        );
    }
    assert_eq!(
        program
            .run_with_input(["exec", "-o", "csv"], "SELECT 1 AS one")
            .success(),
        "one\n1\n"
    );
    assert_eq!(
        program
            .run_with_input(["-o", "csv"], "SELECT 1 AS one;")
            .success(),
        "one\n1\n"
    );
    let both = program.run(["exec", "SELECT 1", "-f", &file]);
    assert_eq!(both.code, Some(2), "{both}");
    let stackql = program.run(["exec", "-i", &file, "-f", "out.csv"]);
    assert_eq!(stackql.code, Some(2), "{stackql}");
    assert!(stackql.stderr.contains("-O"), "{stackql}");
}

#[test]
fn templates_take_variables_data_and_the_environment() {
    let program = Program::new();
    let template = program.file(
        "q.iql",
        "SELECT '{{ name }}' AS a, {{ limits.max }} AS b, '{{ env.TEAM }}' AS c",
    );
    let data = program.file("d.yaml", "limits:\n  max: 7\n");
    let output = program
        .command([
            "exec",
            "-f",
            &template,
            "--data",
            &data,
            "--var",
            "name=it's",
            "-o",
            "json",
        ])
        .env("TEAM", "red")
        .output()
        .unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows, json!([{"a": "it's", "b": 7, "c": "red"}]));
    let plain = program.file("q.sql", "SELECT '{{ name }}' AS a");
    assert_eq!(
        program.run(["exec", "-f", &plain, "-o", "csv"]).success(),
        "a\n{{ name }}\n"
    );
    let broken = program.file("b.iql", "SELECT 1;\nSELECT {{ nam }}");
    let outcome = program.run(["exec", "-f", &broken, "--var", "name=x"]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(
        outcome.stderr.contains("b.iql:2") && outcome.stderr.contains("nam"),
        "{outcome}"
    );
    let truncated = program.file("t.iql", "SELECT {% if a %} 1");
    let outcome = program.run(["exec", "-f", &truncated]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
}

#[test]
fn errors_show_the_line_and_what_to_do() {
    let program = Program::new();
    let cases = [
        (
            "SELECT * FROM aws.cognito.user_pol_clients",
            "Did you mean `aws.cognito.user_pool_clients`?",
        ),
        (
            "SELECT * FROM aws.cogito.user_pools",
            "Did you mean `aws.cognito",
        ),
        (
            "SELECT\n  usr_pool_id FROM aws.cognito.user_pools",
            "query:2:3",
        ),
        (
            "SELECT * FROM aws.cognito.user_pool_clients WHERE identifier = 'x'",
            "user_pool_id|client_id",
        ),
        (
            "SELECT * FROM aws.cognito.user_pool_domains",
            "user_pool_id",
        ),
        ("SELECT * FROM aws.iam.policies", "AWS::IAM::Policy"),
        (
            "SELECT * FROM aws.appfabric.app_authorizations",
            "because no type lists app bundles",
        ),
        ("DELETE FROM aws.cognito.user_pools", "reads only"),
        (
            "SELECT 1 FROM aws.iam.roles WHERE role_name = \"admin\"",
            "single quotes: `'admin'`",
        ),
        ("SELEC 1", "SELEC"),
        ("SELECT 'open", "Unterminated"),
    ];
    for (sql, expected) in cases {
        let outcome = program.exec_local(&[sql]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(1), ""),
            "{sql}\n{outcome}"
        );
        assert!(outcome.stderr.starts_with("error: "), "{sql}\n{outcome}");
        assert!(outcome.stderr.contains(expected), "{sql}\n{outcome}");
        assert!(outcome.stderr.contains('^'), "no caret: {sql}\n{outcome}");
    }
}

#[test]
fn bad_input_is_refused_at_once() {
    let program = Program::new();
    let invalid = program.file("bytes.sql", b"SELECT 1;\nSELECT '\xff'");
    let outcome = program.run(["exec", "-f", &invalid]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("UTF-8"), "{outcome}");
    let long = program.file("long.sql", format!("SELECT '{}'", "x".repeat(10 << 20)));
    let outcome = program.run(["exec", "-f", &long]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(
        outcome.stderr.len() < 2_000,
        "{} bytes on stderr",
        outcome.stderr.len()
    );
    let outcome = program.run(["exec", "-f", "no/such/file.sql"]);
    assert_ne!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("no/such/file.sql"), "{outcome}");
    let overlay = program.home().join("overlay");
    std::fs::create_dir(&overlay).unwrap();
    std::fs::write(overlay.join("x.json"), "{\"AWS::X::Y\": ").unwrap();
    let outcome = program.run([
        "exec",
        "--local",
        "--providers",
        &overlay.display().to_string(),
        "SELECT 1",
    ]);
    assert_ne!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("x.json"), "{outcome}");
}

#[test]
fn exit_codes_tell_failure_usage_and_partial_apart() {
    let program = Program::new();
    assert_eq!(program.exec_local(&["SELECT 1"]).code, Some(0));
    assert_eq!(program.exec_local(&["SELECT nope"]).code, Some(1));
    assert_eq!(program.run(["exec", "--no-such-flag"]).code, Some(2));
    let outcome = program.exec_local(&["SELECT 1; SELECT nope; SELECT 2", "-o", "json"]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(!outcome.stdout.contains('2'), "{outcome}");
    let outcome = program.exec_local(&[
        "SELECT 1 AS a; SELECT nope; SELECT 2 AS a",
        "-o",
        "ndjson",
        "--keep-going",
    ]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(1), "{\"a\":1}\n{\"a\":2}\n"),
        "{outcome}"
    );
}

#[test]
fn without_credentials_it_says_what_to_do() {
    let program = Program::new();
    let outcome = program.run([
        "exec",
        "--region",
        "us-east-1",
        "SELECT * FROM aws.cognito.user_pools",
    ]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(1), ""),
        "{outcome}"
    );
    assert!(
        outcome.stderr.contains("no AWS credentials") && outcome.stderr.contains("--local"),
        "{outcome}"
    );
    let outcome = program.run(["exec", "SELECT * FROM aws.cognito.user_pools"]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("AWS_REGION"), "{outcome}");
}

#[test]
fn local_needs_nothing_and_reaches_nothing() {
    let program = Program::new();
    let mut command = program.command([
        "exec",
        "--local",
        "-o",
        "csv",
        "SELECT count(*) AS n FROM aws.cognito.user_pools",
    ]);
    command
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .env("AWS_PROFILE", "no-such-profile")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "wrong");
    let output = command.output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "n\n3\n",
        "{output:?}"
    );
}

#[test]
fn quiet_leaves_stderr_empty() {
    let program = Program::new();
    let outcome = program.exec_local(&["-q", "-o", "csv", "SELECT 1 AS a"]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        ("a\n1\n", "")
    );
    let outcome = program.exec_local(&[
        "-o",
        "csv",
        "SELECT user_pool_id FROM aws.cognito.user_pools",
    ]);
    assert!(
        outcome.stderr.contains("3 rows in") && outcome.stderr.contains("1 ListResources"),
        "{outcome}"
    );
}
