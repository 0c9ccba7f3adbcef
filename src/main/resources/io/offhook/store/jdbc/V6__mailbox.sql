-- Whose mailbox a message is for, by the name that it has in agent.yaml.

alter table call add column voicemail_mailbox text;
