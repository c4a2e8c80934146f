-- The demo data set of `--local`: run with
--   cargo run -- exec --local -f docs/examples/quickstart.sql

-- The user pools of the session's region.
SELECT user_pool_id, user_pool_name, mfa_configuration, user_pool_tier
FROM aws.cognito.user_pools
ORDER BY user_pool_name;

-- The app clients of every pool. Cloud Control lists clients under a pool only, so the pools are listed first.
SELECT user_pool_id, client_id, client_name, allowed_oauth_flows
FROM aws.cognito.user_pool_clients
ORDER BY client_name;

-- A join, and a nested property.
SELECT pool.user_pool_name,
       client.client_name,
       pool.policies -> 'PasswordPolicy' ->> 'MinimumLength' AS minimum_length
FROM aws.cognito.user_pools AS pool
JOIN aws.cognito.user_pool_clients AS client USING (region, user_pool_id)
WHERE pool.region IN ('us-east-1', 'eu-west-1')
ORDER BY pool.user_pool_name, client.client_name;
