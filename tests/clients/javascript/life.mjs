// The life of a bucket and of a user pool client by the AWS SDK for JavaScript; `../test_sdks.py` reads the report on
// stdout. The endpoint, the region and the keys come from the environment, as for every program.

import { CloudControl, waitUntilResourceRequestSuccess, paginateListResources } from "@aws-sdk/client-cloudcontrol";

const client = new CloudControl({});

async function finished({ ProgressEvent: { RequestToken } }) {
  // In seconds; the SDK's own two are for AWS.
  const often = { client, maxWaitTime: 60, minDelay: 0.02, maxDelay: 0.2 };
  await waitUntilResourceRequestSuccess(often, { RequestToken });
  const { ProgressEvent } = await client.getResourceRequestStatus({ RequestToken });
  return ProgressEvent.Identifier;
}

const create = async (TypeName, desired) =>
  finished(await client.createResource({ TypeName, DesiredState: JSON.stringify(desired) }));

async function read(TypeName, Identifier) {
  const { ResourceDescription } = await client.getResource({ TypeName, Identifier });
  return JSON.parse(ResourceDescription.Properties);
}

async function list(TypeName, model) {
  const listed = [];
  const input = { TypeName, ...(model && { ResourceModel: JSON.stringify(model) }) };
  for await (const page of paginateListResources({ client }, input)) {
    listed.push(...page.ResourceDescriptions.map(({ Identifier }) => Identifier));
  }
  return listed;
}

async function refusal(call) {
  try {
    await call();
  } catch (error) {
    return { code: error.name, status: error.$metadata.httpStatusCode, message: error.message };
  }
  throw new Error("the call is not refused");
}

async function life(TypeName, desired, change, model) {
  const identifier = await create(TypeName, desired);
  const created = await read(TypeName, identifier);
  const listed = await list(TypeName, model);
  const PatchDocument = JSON.stringify(
    Object.entries(change).map(([name, value]) => ({ op: "add", path: `/${name}`, value })),
  );
  await finished(await client.updateResource({ TypeName, Identifier: identifier, PatchDocument }));
  const changed = await read(TypeName, identifier);
  await finished(await client.deleteResource({ TypeName, Identifier: identifier }));
  const gone = await refusal(() => read(TypeName, identifier));
  return { identifier, created, listed, changed, gone, left: await list(TypeName, model) };
}

const bucket = await life(
  "AWS::S3::Bucket",
  { BucketName: "photos", VersioningConfiguration: { Status: "Enabled" } },
  { VersioningConfiguration: { Status: "Suspended" } },
);
const pool = await create("AWS::Cognito::UserPool", { UserPoolName: "customers" });
const userPoolClient = await life(
  "AWS::Cognito::UserPoolClient",
  { UserPoolId: pool, ClientName: "web" },
  { ClientName: "portal" },
  { UserPoolId: pool },
);
const refused = await refusal(() => create("AWS::S3::Bucket", { BucketSomething: "x" }));
console.log(JSON.stringify({ bucket, client: userPoolClient, refused }));
