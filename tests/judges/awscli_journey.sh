#!/usr/bin/env bash
# Drives Route 53 by the aws command ($AWS): a zone, a batch from a file, the waiter, pages, a health check, a refusal.
# Prints what the command prints, without ids that differ each time.
set -euo pipefail

r53() { "$AWS" route53 "$@" 2>&1; }
say() { printf '%s: ' "$1"; }

made=$(r53 create-hosted-zone --name cli.example --caller-reference cli --output text \
    --query '[HostedZone.Id, HostedZone.Name, to_string(HostedZone.ResourceRecordSetCount)] | join(`" "`, @)')
zone=${made%% *}
say zone; printf '%s\n' "${made#* }"
zone=${zone#/hostedzone/}

made=$(r53 create-health-check --caller-reference cli --output text \
    --query 'HealthCheck.[Id, HealthCheckConfig.Type, HealthCheckConfig.ResourcePath] | join(`" "`, @)' \
    --health-check-config Type=HTTP,FullyQualifiedDomainName=example.net,ResourcePath=/health,FailureThreshold=1)
check=${made%% *}
say check; printf '%s\n' "${made#* }"

cat >batch.json <<JSON
{"Comment": "a pair", "Changes": [
  {"Action": "CREATE", "ResourceRecordSet": {"Name": "data.cli.example", "Type": "A", "SetIdentifier": "primary",
    "Failover": "PRIMARY", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}], "HealthCheckId": "$check"}},
  {"Action": "CREATE", "ResourceRecordSet": {"Name": "data.cli.example", "Type": "A", "SetIdentifier": "secondary",
    "Failover": "SECONDARY", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.2"}]}},
  {"Action": "CREATE", "ResourceRecordSet": {"Name": "\\\\052.cli.example", "Type": "TXT", "TTL": 60,
    "ResourceRecords": [{"Value": "\"any name\""}]}}
]}
JSON
change=$(r53 change-resource-record-sets --hosted-zone-id "$zone" --change-batch file://batch.json \
    --query ChangeInfo.Id --output text)
say waiter; r53 wait resource-record-sets-changed --id "$change" && echo in sync

say 'one a page'; r53 list-resource-record-sets --hosted-zone-id "$zone" --page-size 1 \
    --query 'ResourceRecordSets[].join(`"/"`, [Name, Type, not_null(SetIdentifier, `"-"`)])' --output text | tr '\n\t' '  ' | sed 's/ $/\n/'
say 'the first two'; r53 list-resource-record-sets --hosted-zone-id "$zone" --max-items 2 --output json |
    grep -c -e '"Name"' -e '"NextToken"'
say checkers; r53 get-health-check-status --health-check-id "$check" \
    --query 'length(HealthCheckObservations)' --output text

# The check fails (example.net has no address in the lab); its verdict reaches one server after the other.
for name in data nothing; do
    for _ in {1..20}; do
        answer=$(r53 test-dns-answer --hosted-zone-id "$zone" --record-name "$name.cli.example" --record-type A \
            --query 'join(`" "`, [[ResponseCode], RecordData][])' --output text)
        if [ "$answer" != 'NOERROR 192.0.2.1' ]; then break; fi
    done
    say "answer for $name"; printf '%s\n' "$answer"
done

refused() {
    local code=0
    r53 "$@" >refused.txt || code=$?
    printf 'exit code %s\n' "$code"
    grep . refused.txt | sed -e "s/$zone/ZONE/g" -e "s/$check/CHECK/g"
}
say 'the same batch again'
refused change-resource-record-sets --hosted-zone-id "$zone" --change-batch file://batch.json
sed -i 's/"CREATE"/"DELETE"/' batch.json
r53 change-resource-record-sets --hosted-zone-id "$zone" --change-batch file://batch.json >/dev/null
r53 delete-health-check --health-check-id "$check"
say 'a check that is gone'; refused get-health-check --health-check-id "$check"
say 'deleted'; r53 delete-hosted-zone --id "$zone" --query ChangeInfo.Status --output text
