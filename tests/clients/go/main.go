// The life of a bucket and of a user pool client by the AWS SDK for Go; `../test_sdks.py` reads the report on stdout. The
// endpoint, the region and the keys come from the environment, as for every program.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

type properties map[string]any

// Refusal is a call that must fail.
type Refusal struct {
	Code    string `json:"code"`
	Status  int    `json:"status"`
	Message string `json:"message"`
}

// Life is what there was of a resource after each step.
type Life struct {
	Identifier string     `json:"identifier"`
	Created    properties `json:"created"`
	Listed     []string   `json:"listed"`
	Changed    properties `json:"changed"`
	Gone       Refusal    `json:"gone"`
	Left       []string   `json:"left"`
}

var (
	ctx    = context.Background()
	client *cloudcontrol.Client
)

func main() {
	settings := must(config.LoadDefaultConfig(ctx))
	client = cloudcontrol.NewFromConfig(settings)

	bucket := life(
		"AWS::S3::Bucket",
		properties{"BucketName": "photos", "VersioningConfiguration": properties{"Status": "Enabled"}},
		properties{"VersioningConfiguration": properties{"Status": "Suspended"}},
		nil,
	)
	pool := create("AWS::Cognito::UserPool", properties{"UserPoolName": "customers"})
	userPoolClient := life(
		"AWS::Cognito::UserPoolClient",
		properties{"UserPoolId": pool, "ClientName": "web"},
		properties{"ClientName": "portal"},
		properties{"UserPoolId": pool},
	)
	_, err := client.CreateResource(ctx, creation("AWS::S3::Bucket", properties{"BucketSomething": "x"}))
	report := map[string]any{"bucket": bucket, "client": userPoolClient, "refused": refusal(err)}
	check(json.NewEncoder(os.Stdout).Encode(report))
}

func life(typeName string, desired, change, model properties) Life {
	identifier := create(typeName, desired)
	done := Life{Identifier: identifier, Created: read(typeName, identifier), Listed: list(typeName, model)}

	var patch []properties
	for name, value := range change {
		patch = append(patch, properties{"op": "add", "path": "/" + name, "value": value})
	}
	updated := must(client.UpdateResource(ctx, &cloudcontrol.UpdateResourceInput{
		TypeName: &typeName, Identifier: &identifier, PatchDocument: text(patch),
	}))
	finished(updated.ProgressEvent)
	done.Changed = read(typeName, identifier)

	deleted := must(client.DeleteResource(ctx, &cloudcontrol.DeleteResourceInput{
		TypeName: &typeName, Identifier: &identifier,
	}))
	finished(deleted.ProgressEvent)
	_, err := client.GetResource(ctx, &cloudcontrol.GetResourceInput{TypeName: &typeName, Identifier: &identifier})
	var absent *types.ResourceNotFoundException
	if !errors.As(err, &absent) {
		log.Fatalf("%s is not absent: %v", identifier, err)
	}
	done.Gone = refusal(err)
	done.Left = list(typeName, model)
	return done
}

func creation(typeName string, desired properties) *cloudcontrol.CreateResourceInput {
	return &cloudcontrol.CreateResourceInput{TypeName: &typeName, DesiredState: text(desired)}
}

func create(typeName string, desired properties) string {
	return finished(must(client.CreateResource(ctx, creation(typeName, desired))).ProgressEvent)
}

func read(typeName, identifier string) properties {
	input := cloudcontrol.GetResourceInput{TypeName: &typeName, Identifier: &identifier}
	answer := must(client.GetResource(ctx, &input))
	var found properties
	check(json.Unmarshal([]byte(*answer.ResourceDescription.Properties), &found))
	return found
}

func list(typeName string, model properties) []string {
	input := cloudcontrol.ListResourcesInput{TypeName: &typeName}
	if model != nil {
		input.ResourceModel = text(model)
	}
	listed := []string{}
	pages := cloudcontrol.NewListResourcesPaginator(client, &input)
	for pages.HasMorePages() {
		for _, found := range must(pages.NextPage(ctx)).ResourceDescriptions {
			listed = append(listed, *found.Identifier)
		}
	}
	return listed
}

// finished waits for a request and gives the identifier of its resource.
func finished(event *types.ProgressEvent) string {
	waiter := cloudcontrol.NewResourceRequestSuccessWaiter(client,
		func(options *cloudcontrol.ResourceRequestSuccessWaiterOptions) {
			// The SDK's own five seconds are for AWS.
			options.MinDelay, options.MaxDelay = 20*time.Millisecond, 200*time.Millisecond
		})
	input := cloudcontrol.GetResourceRequestStatusInput{RequestToken: event.RequestToken}
	answer := must(waiter.WaitForOutput(ctx, &input, time.Minute))
	return *answer.ProgressEvent.Identifier
}

func refusal(err error) Refusal {
	var code smithy.APIError
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &code) || !errors.As(err, &answer) {
		log.Fatalf("the call is not refused: %v", err)
	}
	return Refusal{code.ErrorCode(), answer.HTTPStatusCode(), code.ErrorMessage()}
}

func text(value any) *string {
	written := string(must(json.Marshal(value)))
	return &written
}

func must[Value any](value Value, err error) Value {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
