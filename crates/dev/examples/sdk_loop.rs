//! What `cargo dev bench` compares with: a plain loop over the AWS SDK that prints one line a resource.
//!
//! `sdk_loop TYPE` lists a type, page after page. `sdk_loop TYPE CONCURRENCY` also reads every resource that is listed,
//! that many at a time. Nothing is decoded, planned or filtered: this is the least that a program can do.

use std::{
    env,
    io::{self, BufWriter, Write},
};

use anyhow::Context as _;
use aws_sdk_cloudcontrol::{Client, types::ResourceDescription};
use futures::{StreamExt as _, TryStreamExt as _, stream};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let type_name = arguments.next().context("the type is missing")?;
    let concurrency: Option<usize> = arguments.next().map(|text| text.parse()).transpose()?;
    let client = Client::new(&aws_config::load_from_env().await);
    let mut out = BufWriter::new(io::stdout().lock());

    let pages = client
        .list_resources()
        .type_name(&type_name)
        .into_paginator()
        .send();
    let pages = stream::try_unfold(pages, async |mut pages| {
        let page = pages.next().await.transpose()?;
        anyhow::Ok(page.map(|page| (page, pages)))
    });
    let listed = pages
        .map_ok(|page| {
            let resources = page.resource_descriptions.unwrap_or_default();
            stream::iter(resources.into_iter().map(anyhow::Ok))
        })
        .try_flatten();
    let mut resources = match concurrency {
        None => listed.boxed_local(),
        Some(concurrency) => listed
            .map(async |resource| read(&client, &type_name, resource?).await)
            .buffer_unordered(concurrency)
            .boxed_local(),
    };
    while let Some(resource) = resources.try_next().await? {
        writeln!(out, "{}", resource.properties().unwrap_or_default())?;
    }
    out.flush()?;
    Ok(())
}

async fn read(
    client: &Client,
    type_name: &str,
    listed: ResourceDescription,
) -> anyhow::Result<ResourceDescription> {
    let answer = client
        .get_resource()
        .type_name(type_name)
        .set_identifier(listed.identifier)
        .send()
        .await?;
    answer
        .resource_description
        .context("the answer has no resource")
}
